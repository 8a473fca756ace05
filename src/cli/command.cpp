#include "cli/command.h"

namespace heed::cli {

namespace {

constexpr Command kCommands[] = {
    {"demo", "runs the whole path on the collection that comes with heed, and explains what it shows", set_up_demo},
    {"eval", "judges a run as trec_eval does, or a pair of runs by p-MRR", set_up_eval},
    {"bench", "the main job: runs a model on instruction benchmarks and reports", set_up_bench},
    {"compare", "tells two systems apart: a paired randomization test, the topics that differ most", set_up_compare},
    {"explain", "shows why one topic scored as it did", set_up_explain},
    {"report", "makes the paper's tables, charts and a page from the results of one or several models", set_up_report},
    {"inspect", "says what a file or folder holds: its format, counts, what reading passed over", set_up_inspect},
    {"index", "makes a whole collection searchable: BM25, of documents or their passages", set_up_index},
    {"search", "finds the best documents of an index for each topic, as a TREC run", set_up_search},
    {"score", "scores pairs of query and document with a model", set_up_score},
    {"encode", "gives a bi-encoder's vectors of texts", set_up_encode},
    {"tokenize", "cuts texts into a model's tokens", set_up_tokenize},
    {"shorten", "makes short instructions and keywords of long ones with a chat model", set_up_shorten},
    {"curate", "makes an instruction benchmark of a TREC collection, step by step", set_up_curate},
    {"synth", "makes training data: documents written by a chat model for topics that have none", set_up_synth},
    {"filter", "keeps of training data what a judge agrees with, balanced; exports it to LLaMA-Factory", set_up_filter},
    {"train", "teaches a reranker by judged examples: LoRA, or all of it", set_up_train},
    {"merge", "folds a LoRA adapter into its checkpoint", set_up_merge},
    {"models", "lists the models that heed runs, and shows their recipes", set_up_models},
    {"annotate", "serves a page where people alter instructions and judge documents anew", set_up_annotate},
    {"pull", "fetches data sets and models from the Hugging Face Hub, and checks them", set_up_pull},
    {"help", "explains a command, the measures, the recipes, the data layouts", set_up_help},
};

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

}  // namespace heed::cli
