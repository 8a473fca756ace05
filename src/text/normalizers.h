#pragma once

#include "text/json_part.h"
#include "text/tokenizer_parts.h"

namespace heed::text {

/// What BertNormalizer does, with the defaults of bert-base-uncased.
struct BertNormalization {
  bool clean_text = true;            ///< Control characters go, all white space becomes a blank.
  bool handle_chinese_chars = true;  ///< Blanks around each ideograph.
  bool strip_accents = true;
  bool lowercase = true;
};

Normalizer bert_normalizer(BertNormalization options);

/// The normalizer that a tokenizer.json describes. Throws BadInput for a type that we do not have.
Normalizer read_normalizer(const JsonPart& description);

}  // namespace heed::text
