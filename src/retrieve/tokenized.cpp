#include "retrieve/tokenized.h"

#include "base/parallel.h"

namespace heed::retrieve {

std::vector<text::Encoding> encode_all(std::size_t count, int threads,
                                       const std::function<text::Encoding(std::size_t)>& encode) {
  std::vector<text::Encoding> encodings(count);
  base::parallel_for(count, threads, [&](int, std::size_t i) { encodings[i] = encode(i); });
  return encodings;
}

}  // namespace heed::retrieve
