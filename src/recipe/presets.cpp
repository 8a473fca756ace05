#include "recipe/presets.h"

#include <algorithm>

#include "base/error.h"
#include "text/utf8.h"

namespace heed::recipe {

namespace {

// Heed.json texts that several rows share.

constexpr std::string_view kE5 = R"json({
  "kind": "bi-encoder",
  "query_prompt": "query: ",
  "document_prompt": "passage: ",
  "pooling": "mean",
  "normalize": true,
  "similarity": "cosine",
  "max_length": 512
})json";
constexpr std::string_view kE5Note = "The recipes are the same; only the harness's float16 can move a rank.";

constexpr std::string_view kBge = R"json({
  "kind": "bi-encoder",
  "query_prompt": "Represent this sentence for searching relevant passages: ",
  "pooling": "cls",
  "normalize": true,
  "similarity": "cosine",
  "max_length": 512
})json";
constexpr std::string_view kBgePaper = R"json({
  "query_prompt": "{instruction}: ",
  "query_prompt_without_instruction": "None: ",
  "query_format": "{query}",
  "normalize": false
})json";
constexpr std::string_view kBgeNote =
    "The paper put the instruction where the model expects its one trained sentence, and \"None: \" there in the arm "
    "without instruction: MAP, nDCG, p-MRR and the ablation move.";

constexpr std::string_view kInstructor = R"json({
  "kind": "bi-encoder",
  "query_prompt": "{instruction}",
  "query_prompt_without_instruction": "Represent the question for retrieving supporting documents:",
  "query_format": "{query}",
  "document_prompt": "Represent the document for retrieval:",
  "pooling": "mean",
  "mask_prompt": true,
  "normalize": true,
  "similarity": "cosine",
  "max_length": 512
})json";
constexpr std::string_view kInstructorPaper = R"json({
  "query_prompt": "",
  "query_prompt_without_instruction": null,
  "query_format": "{need}",
  "document_prompt": "",
  "mask_prompt": false
})json";
constexpr std::string_view kInstructorNote =
    "The paper gave plain texts, query then instruction: no [instruction, text] pair, no prompt for documents, and the "
    "instruction counted in the mean; MAP, nDCG and p-MRR move.";

constexpr std::string_view kMonoT5 = R"json({
  "kind": "seq2seq-reranker",
  "prompt": "Query: {need} Document: {document} Relevant:",
  "true": "▁true",
  "false": "▁false",
  "truncate": "document",
  "max_length": 512
})json";
constexpr std::string_view kMonoT5Note =
    "The paper cut the whole prompt on the right, so that a long document took the closing \"Relevant:\" with it, "
    "often at 512 tokens: MAP, nDCG and p-MRR move.";

constexpr std::string_view kFlanT5 = R"json({
  "kind": "seq2seq-reranker",
  "prompt": "Is the following passage relevant to the query?\nQuery: {need}\nPassage: {document}",
  "true": "▁yes",
  "false": "▁no",
  "truncate": "document",
  "max_length": 512
})json";
constexpr std::string_view kFlanT5Note =
    "The document ends the prompt, so cutting it or the whole differs by the tokens at the cut alone; only the "
    "harness's bfloat16 and its ties move figures.";

// The prompt cut on the right as a whole, and the tokenizer's start token before the one that the prompt spells out.
constexpr std::string_view kDecoderPaper = R"json({"truncate": "right", "add_bos": true})json";
constexpr std::string_view kDecoderNote =
    "The paper had two start tokens, which moves every score and so MAP, nDCG and p-MRR, and cut the whole prompt on "
    "the right, which moves only pairs above 2,048 tokens: rare in FollowIR, not in mFollowIR.";

constexpr std::string_view kCutRight = R"json({"truncate": "right"})json";
constexpr std::string_view kNothing = "{}";

constexpr Preset kPresets[] = {
    {.name = "E5-base-v2",
     .hub_id = "intfloat/e5-base-v2",
     .million_parameters = 109,
     .sound = kE5,
     .paper_changes = kNothing,
     .note = kE5Note,
     .paper_dtype = "float16"},
    {.name = "Contriever",
     .hub_id = "facebook/contriever-msmarco",
     .million_parameters = 109,
     .sound = R"json({
  "kind": "bi-encoder",
  "pooling": "mean",
  "similarity": "dot",
  "max_length": 512
})json",
     .paper_changes = R"json({"similarity": "cosine"})json",
     .note = "The paper compared by cosine; the model was trained for the dot product: MAP, nDCG and p-MRR move.",
     .paper_dtype = "float32"},
    {.name = "MonoBERT",
     .hub_id = "castorini/monobert-large-msmarco",
     .million_parameters = 335,
     .sound = R"json({
  "kind": "cross-encoder",
  "query_format": "{need}",
  "document_format": "{document}",
  "activation": "softmax",
  "segments": "pair",
  "label": 1,
  "max_length": 512
})json",
     .paper_changes = kNothing,
     .note = "The recipes are the same; only the harness's bfloat16 and its ties move figures.",
     .paper_dtype = "bfloat16"},
    {.name = "MonoT5-base",
     .hub_id = "castorini/monot5-base-msmarco-10k",
     .million_parameters = 223,
     .sound = kMonoT5,
     .paper_changes = kCutRight,
     .note = kMonoT5Note,
     .paper_dtype = "bfloat16"},
    {.name = "E5-large-v2",
     .hub_id = "intfloat/e5-large-v2",
     .million_parameters = 335,
     .sound = kE5,
     .paper_changes = kNothing,
     .note = kE5Note,
     .paper_dtype = "float16"},
    {.name = "MonoT5-3B",
     .hub_id = "castorini/monot5-3b-msmarco-10k",
     .million_parameters = 2852,
     .sound = kMonoT5,
     .paper_changes = kCutRight,
     .note = kMonoT5Note,
     .paper_dtype = "bfloat16"},
    {.name = "TART-Contriever",
     .hub_id = "orionweller/tart-dual-contriever-msmarco",
     .million_parameters = 109,
     .sound = R"json({
  "kind": "bi-encoder",
  "query_prompt": "{instruction} [SEP] ",
  "query_prompt_without_instruction": "",
  "query_format": "{query}",
  "pooling": "mean",
  "similarity": "dot",
  "max_length": 512
})json",
     .paper_changes = R"json({
  "query_prompt": "",
  "query_prompt_without_instruction": null,
  "query_format": "{need}",
  "similarity": "cosine"
})json",
     .note = "The paper put the instruction behind the query, joined by a blank, and compared by cosine; the model was "
             "trained on the instruction first, \"[SEP]\" between, and the dot product: MAP, nDCG and p-MRR move.",
     .paper_dtype = "float32"},
    {.name = "INSTRUCTOR-base",
     .hub_id = "hkunlp/instructor-base",
     .million_parameters = 110,
     .sound = kInstructor,
     .paper_changes = kInstructorPaper,
     .note = kInstructorNote,
     .paper_dtype = "float32"},
    {.name = "E5-mistral",
     .hub_id = "intfloat/e5-mistral-7b-instruct",
     .million_parameters = 7111,
     .sound = R"json({
  "kind": "bi-encoder",
  "query_prompt": "Instruct: {instruction}\nQuery: ",
  "query_format": "{query}",
  "default_instruction": "Given a web search query, retrieve relevant passages that answer the query",
  "pooling": "last",
  "append_eos": true,
  "normalize": true,
  "similarity": "cosine",
  "max_length": 4096
})json",
     .paper_changes = R"json({
  "query_prompt": "",
  "query_format": "{need}",
  "max_length": 512
})json",
     .note =
         "The paper left out the \"Instruct: ... Query: ...\" frame, put the instruction (in the arm without one, the "
         "default) behind the query and cut at 512 tokens: MAP, nDCG, p-MRR and the ablation move.",
     .paper_dtype = "float16"},
    {.name = "BGE-base",
     .hub_id = "BAAI/bge-base-en",
     .million_parameters = 109,
     .sound = kBge,
     .paper_changes = kBgePaper,
     .note = kBgeNote,
     .paper_dtype = "float32"},
    {.name = "INSTRUCTOR-xl",
     .hub_id = "hkunlp/instructor-xl",
     .million_parameters = 1242,
     .sound = kInstructor,
     .paper_changes = kInstructorPaper,
     .note = kInstructorNote,
     .paper_dtype = "float32"},
    {.name = "BGE-large",
     .hub_id = "BAAI/bge-large-en",
     .million_parameters = 335,
     .sound = kBge,
     .paper_changes = kBgePaper,
     .note = kBgeNote,
     .paper_dtype = "float32"},
    {.name = "GritLM-7B",
     .hub_id = "GritLM/GritLM-7B",
     .million_parameters = 7111,
     .sound = R"json({
  "kind": "bi-encoder",
  "query_prompt": "<|user|>\n{instruction}\n<|embed|>\n",
  "query_prompt_without_instruction": "<|embed|>\n",
  "query_format": "{query}",
  "document_prompt": "<|embed|>\n",
  "pooling": "mean",
  "mask_prompt": true,
  "attention": "bidirectional",
  "normalize": true,
  "similarity": "cosine",
  "max_length": 512
})json",
     .paper_changes = R"json({
  "query_format": " {query}",
  "document_format": " {title} {text}",
  "mask_prompt": false,
  "normalize": false
})json",
     .note =
         "The paper counted the prompt's tokens, instruction included, in the mean and had a blank before each text: "
         "MAP, nDCG and p-MRR move.",
     .paper_dtype = "bfloat16"},
    {.name = "TART-FLAN-T5-xl",
     .hub_id = "facebook/tart-full-flan-t5-xl",
     .million_parameters = 1224,
     .sound = R"json({
  "kind": "cross-encoder",
  "query_format": "{instruction} [SEP] {query}",
  "document_format": "{document}",
  "default_instruction": "Retrieve news paper paragraph to answer this question",
  "activation": "softmax",
  "label": 1,
  "max_length": 1024
})json",
     .paper_changes = R"json({"query_format": "{query} [SEP] {instruction}"})json",
     .note = "The paper put the query first; the model was trained on the instruction first: MAP, nDCG and p-MRR move.",
     .paper_dtype = "float32"},
    {.name = "FLAN-T5-base",
     .hub_id = "google/flan-t5-base",
     .million_parameters = 248,
     .sound = kFlanT5,
     .paper_changes = kCutRight,
     .note = kFlanT5Note,
     .paper_dtype = "bfloat16"},
    {.name = "Llama-2-7B-chat",
     .hub_id = "meta-llama/Llama-2-7b-chat-hf",
     .other_id = "NousResearch/Llama-2-7b-chat-hf",
     .million_parameters = 6738,
     .sound = R"json({
  "kind": "decoder-reranker",
  "prompt": "<s>[INST] <<SYS>>\nYou are an expert at finding information. Determine if the following document is relevant to the query (true/false).\n<</SYS>>Query: {need}\nDocument: {document}\nRelevant: [/INST]",
  "true": "true",
  "false": "false",
  "truncate": "document",
  "add_bos": false,
  "max_length": 2048
})json",
     .paper_changes = kDecoderPaper,
     .note = kDecoderNote,
     .paper_dtype = "bfloat16"},
    {.name = "FLAN-T5-large",
     .hub_id = "google/flan-t5-large",
     .million_parameters = 783,
     .sound = kFlanT5,
     .paper_changes = kCutRight,
     .note = kFlanT5Note,
     .paper_dtype = "bfloat16"},
    {.name = "GritLM-Reranker",
     .hub_id = "GritLM/GritLM-7B",
     .million_parameters = 7242,
     .sound = R"json({
  "kind": "decoder-reranker",
  "prompt": "<|user|>\nRank the passage based on its relevance to the search query (true/false) {need}.\n\n{document}\n\nSearch Query: {need}.\n\nDetermine the passage's relevance to the search query.Only respond with true or false, do not say any other word or explain.\n<|assistant|>\n",
  "true": "true",
  "false": "false",
  "truncate": "document",
  "add_bos": true,
  "max_length": 2048
})json",
     .paper_changes = kCutRight,
     .note =
         "The harness padded on the right and read the last position, so shorter prompts of a batch were scored at a "
         "pad; no recipe does that, so the paper's MAP, nDCG and p-MRR cannot be had back.",
     .paper_dtype = "the checkpoint's (auto)"},
    {.name = "Mistral-7B-instruct",
     .hub_id = "mistralai/Mistral-7B-Instruct-v0.2",
     .million_parameters = 7242,
     .sound = R"json({
  "kind": "decoder-reranker",
  "prompt": "<s>[INST] You are an expert Google searcher, whose job is to determine if the following document is relevant to the query (true/false).\nQuery: {need}\nDocument: {document}\nRelevant (either \"true\" or \"false\"): [/INST]",
  "true": "true",
  "false": "false",
  "truncate": "document",
  "add_bos": false,
  "max_length": 2048
})json",
     .paper_changes = kDecoderPaper,
     .note = kDecoderNote,
     .paper_dtype = "bfloat16"},
    {.name = "FollowIR-7B",
     .hub_id = "jhu-clsp/FollowIR-7B",
     .million_parameters = 7242,
     .sound = R"json({
  "kind": "decoder-reranker",
  "prompt": "<s> [INST] You are an expert Google searcher, whose job is to determine if the following document is relevant to the query (true/false). Answer using only one word, one of those two choices.\n\nQuery: {need}\nDocument: {document}\nRelevant (only output one word, either \"true\" or \"false\"): [/INST] ",
  "true": "true",
  "false": "false",
  "truncate": "document",
  "add_bos": false,
  "max_length": 2048
})json",
     .paper_changes = kDecoderPaper,
     .note = kDecoderNote,
     .paper_dtype = "bfloat16"},
    {.name = "RepLLaMA",
     .hub_id = "castorini/repllama-v1-7b-lora-passage",
     .base_id = "meta-llama/Llama-2-7b-hf",
     .million_parameters = 6607,
     .sound = R"json({
  "kind": "bi-encoder",
  "adapter": "castorini/repllama-v1-7b-lora-passage",
  "query_prompt": "query: ",
  "document_prompt": "passage: ",
  "document_format": "{title} {text}",
  "pooling": "last",
  "append_eos": true,
  "normalize": true,
  "similarity": "cosine",
  "max_length": 512
})json",
     .paper_changes = R"json({
  "query_prompt": "query:  ",
  "query_end": "?",
  "document_prompt": "passage:  ",
  "document_format": "{document}"
})json",
     .note =
         "Not in Table 2; mteb 1.x and Promptriever's table have two blanks after each prefix and end a query without "
         "end mark with \"?\": their MAP, nDCG and p-MRR move.",
     .paper_dtype = "bfloat16"},
    {.name = "Llama-3-8B",
     .hub_id = "meta-llama/Meta-Llama-3-8B",
     .other_id = "meta-llama/Meta-Llama-3-8B-Instruct",
     .million_parameters = 8030,
     .sound = R"json({
  "kind": "decoder-reranker",
  "prompt": "Determine if the following document is relevant to the query (true/false).\n\nQuery: {need}\nDocument: {document}\nRelevant: ",
  "true": "true",
  "false": "false",
  "truncate": "document",
  "add_bos": true,
  "max_length": 2048
})json",
     .paper_changes = kCutRight,
     .note = "Appendix B's base model (p-MRR 0.03), whose template is inferred: the harness's for a decoder without "
             "\"chat\" in its name; cutting on the right moves only pairs above 2,048 tokens.",
     .paper_dtype = "bfloat16 (inferred)"},
};

/// What follows the slash of an id.
std::string_view last_part(std::string_view hub_id) {
  return hub_id.substr(hub_id.rfind('/') + 1);
}

bool same(std::string_view a, std::string_view b) {
  return !a.empty() && text::lower(a) == text::lower(b);
}

}  // namespace

std::span<const Preset> presets() {
  return kPresets;
}

const Preset* find_preset(std::string_view name_or_hub_id) {
  const auto find = [&](auto&& key_of) -> const Preset* {
    const auto found =
        std::ranges::find_if(kPresets, [&](const Preset& preset) { return same(key_of(preset), name_or_hub_id); });
    return found == std::end(kPresets) ? nullptr : &*found;
  };
  if (const Preset* const found = find([](const Preset& preset) { return preset.name; })) return found;
  if (const Preset* const found = find([](const Preset& preset) { return preset.hub_id; })) return found;
  if (const Preset* const found = find([](const Preset& preset) { return preset.other_id; })) return found;
  const Preset* only = nullptr;
  for (const Preset& preset : kPresets) {
    if (!same(last_part(preset.hub_id), name_or_hub_id) && !same(last_part(preset.other_id), name_or_hub_id)) continue;
    if (only != nullptr) return nullptr;
    only = &preset;
  }
  return only;
}

std::string_view hub_id_meant(const Preset& preset, std::string_view name) {
  const bool is_main = same(preset.hub_id, name) || same(last_part(preset.hub_id), name);
  const bool is_other = same(preset.other_id, name) || same(last_part(preset.other_id), name);
  return is_other && !is_main ? preset.other_id : preset.hub_id;
}

ModelRecipe recipe_of(const Preset& preset, RecipeStyle style) {
  format::Json recipe = format::Json::parse(preset.sound);
  if (style == RecipeStyle::kPaper) recipe.update(format::Json::parse(preset.paper_changes));
  return read_recipe(recipe, preset.name);
}

}  // namespace heed::recipe
