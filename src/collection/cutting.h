#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "collection/stream_window.h"

namespace heed::collection {

/// The most bytes of one document. The largest of news and government collections have a few million; what is longer
/// is a file that is no collection, or one whose end is missing.
inline constexpr std::size_t kLargestDocument = std::size_t{64} << 20;

/// One document as it stands in its stream, not yet understood.
struct CutDocument {
  std::uint64_t offset = 0;  ///< of its first byte
  std::string_view bytes;    ///< valid until the window moves; empty where it is too long
  bool is_too_long = false;
};

/// Cuts the stream's next document out, nothing at its end. What is longer than kLargestDocument is passed over in
/// constant memory and still counts as one.
using Cut = std::optional<CutDocument> (*)(StreamWindow& window);

/// A line that holds more than white space, without its end; a byte order mark before the first is passed over.
std::optional<CutDocument> cut_line(StreamWindow& window);

/// From `<DOC>` (or `<DOC id="...">`, in any case) up to `</DOC>`, the next `<DOC>` or the stream's end.
std::optional<CutDocument> cut_element(StreamWindow& window);

/// All that the stream has.
std::optional<CutDocument> cut_whole(StreamWindow& window);

}  // namespace heed::collection
