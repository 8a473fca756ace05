#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "collection/ids.h"
#include "collection/text_arena.h"

namespace heed::collection {

/// What a person asked of a collection, in TREC's three lengths; what a file lacks is empty. Borrows its characters.
struct Topic {
  QueryId id;
  std::string_view title;        ///< a few words: what people type
  std::string_view description;  ///< a sentence
  std::string_view narrative;    ///< what counts as relevant and what does not

  bool operator==(const Topic&) const = default;
};

/// The topics of a file, in its order, each id once. Owns their characters.
struct Topics {
  TextArena texts;
  std::vector<Topic> topics;
  std::vector<std::string> notes;  ///< what is odd, as sentences for the reader
};

/// Reads topics (plain or gzip), in any of the formats in use, told apart by the content:
/// - JSON lines: `_id` or `id`; the title is `text`, else `contents`, `title`, `query`; the narrative is `narrative`,
///   else `instruction`, `instruction_og`; and `description`.
/// - Markup whose first topic is a `<top>`: TREC's SGML, tags closed or not, in either case, bare `&` allowed (that
///   includes files that call themselves XML, as Cranfield's). A field runs from its tag to the next tag that is not
///   HTML for a piece of text (`<b>`, `<p>`). The words that TREC writes before a text (`Number:`, `Topic:`,
///   `Description:`, `Narrative:`) go, also those without a colon that stand on a line of their own.
/// - Markup whose first topic is a `<topic>`: well-formed XML. Text of a topic without fields is its title.
/// - Lines `id<TAB>title`, where the title may have tabs in it.
/// In markup the id is `<num>`, `<number>` or an attribute `number` or `id` (leading zeros stay); the title `<title>`
/// or `<query>`; the description `<desc>`, `<description>` or `<question>`; the narrative `<narr>` or `<narrative>`;
/// the first of these that is not empty counts, and other fields are passed over. In every field a run of white space
/// becomes one blank. Topics without a title are counted in the notes. Throws BadInput, with file and line, for
/// a topic without an id, an id with white space in it, an id given twice, a field given twice, a `<num>` outside a
/// topic, a line of another shape, broken XML or JSON; without a line where there is no topic, and for a pipe: the
/// content is looked at twice.
Topics read_topics(const std::filesystem::path& path);

}  // namespace heed::collection
