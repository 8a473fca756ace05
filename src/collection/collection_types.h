#pragma once

#include <string_view>

#include "collection/collection_reader.h"
#include "collection/cutting.h"
#include "format/json_line.h"

namespace heed::collection {

/// What understanding documents needs again and again. Belongs to one thread at a time.
struct DocumentParser {
  format::JsonLine json;
};

/// A row of the table.
struct CollectionType {
  std::string_view name, explanation;
  /// Whether a file that begins so is of this type.
  bool (*fits)(std::string_view begin);
  /// Whether a file of a collection of this type that begins so may hold documents; what does not is passed over whole.
  bool (*may_hold)(std::string_view begin);
  Cut cut;
  /// Understands one document. Throws format::BadText where it is bad.
  CollectionDocument (*parse)(DocumentParser& parser, std::string_view bytes);
};

// The types' parsers, a file for each family.
CollectionDocument parse_trec(DocumentParser& parser, std::string_view bytes);     // sgml_documents
CollectionDocument parse_trecweb(DocumentParser& parser, std::string_view bytes);  // sgml_documents
CollectionDocument parse_nyt(DocumentParser& parser, std::string_view bytes);      // nitf_document
CollectionDocument parse_wapo(DocumentParser& parser, std::string_view bytes);     // line_documents
CollectionDocument parse_msmarco(DocumentParser& parser, std::string_view bytes);  // line_documents
CollectionDocument parse_beir(DocumentParser& parser, std::string_view bytes);     // line_documents

}  // namespace heed::collection
