#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/command.h"

namespace heed::cli {

/// The steps of heed curate, each a subcommand with its options.
void add_curate_topics(CLI::App& curate);
void add_curate_pool(CLI::App& curate);
void add_curate_documents(CLI::App& curate);
void add_curate_take(CLI::App& curate);
void add_curate_check(CLI::App& curate);
void add_curate_export(CLI::App& curate);
void add_curate_import(CLI::App& curate);
void add_curate_stats(CLI::App& curate);

/// WORK, the curation folder, as the first word of a step.
void add_work(CLI::App& step, std::string& work);

/// --query, with its names; and what a name means. Throws BadUsage for another.
void add_query_field(CLI::App& step, std::string& name);

/// "1 topic" and so on, from a size.
std::string counted_size(std::size_t count, const std::string& one, const std::string& many);

/// Throws BadInput where the step's file is there with another content, which --replace would write anew: it may have
/// been edited.
void require_same(const std::filesystem::path& file, const std::string& text);

/// --replace of a step that refuses so.
void add_replace(CLI::App& step, bool& is_replacing);

/// Says so where files of later steps do not fit to those before them (any more).
void say_misfits(const std::filesystem::path& work);

}  // namespace heed::cli
