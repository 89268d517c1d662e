// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/arguments.h"

#include <algorithm>
#include <getopt.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringfence::cli {

namespace {

// The value of a long option must not be the value of any short option (getopt_long(3)).
constexpr int first_long = 256;

struct GetoptTables {
    std::vector<struct option> long_options;
    std::string short_options = ":";  // a missing argument is reported as ':'
};

GetoptTables tables_for(std::span<const Option> table) {
    GetoptTables tables;
    for (const Option& row : table) {
        const int takes = row.argument != nullptr ? required_argument : no_argument;
        const int value = first_long + static_cast<int>(&row - table.data());
        tables.long_options.push_back({row.name, takes, nullptr, value});
        if (row.letter == 0) continue;
        tables.short_options.push_back(row.letter);
        if (row.argument != nullptr) tables.short_options.push_back(':');
    }
    tables.long_options.push_back({nullptr, 0, nullptr, 0});
    return tables;
}

const Option* row_of(std::span<const Option> table, int value) {
    const auto row = std::find_if(table.begin(), table.end(), [&](const Option& option) {
        return value >= first_long ? &option == &table[static_cast<std::size_t>(value - first_long)]
                                   : option.letter == value;
    });
    return row == table.end() ? nullptr : &*row;
}

std::string hint_for(std::span<const Option> table, const std::string& word) {
    std::vector<std::string> names;
    for (const Option& row : table)
        names.push_back(std::string("--") + row.name);
    const std::string near = nearest(word.substr(0, word.find('=')), names);
    return near.empty() ? "--help lists the options" : fmt::format("did you mean {}?", near);
}

tl::unexpected<Diagnostics> refuse(std::span<const Option> table, int result,
                                   const std::string& word) {
    if (result == ':') return fail("", fmt::format("option {} needs an argument", word));
    return fail("", fmt::format("option {} is unknown, ambiguous or takes no argument", word),
                hint_for(table, word));
}

// Separates options from operands with getopt_long(3).
Result<Arguments> split_words(std::span<const Option> table,
                              const std::vector<std::string>& words) {
    const GetoptTables tables = tables_for(table);
    std::vector<std::string> copies = words;  // getopt_long(3) reorders them
    std::string name = "ringfence";
    std::vector<char*> argv = {name.data()};
    for (std::string& word : copies)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    const int argc = static_cast<int>(argv.size()) - 1;

    Arguments arguments;
    optind = 0;  // restarts glibc's and musl's scan
    opterr = 0;
    for (;;) {
        const int before = std::max(optind, 1);
        // Only one thread parses arguments. NOLINTNEXTLINE(concurrency-mt-unsafe)
        const int result = getopt_long(argc, argv.data(), tables.short_options.c_str(),
                                       tables.long_options.data(), nullptr);
        if (result == -1) break;
        const Option* row = result == '?' || result == ':' ? nullptr : row_of(table, result);
        const int at = optind > before ? optind - 1 : before;
        if (row == nullptr) return refuse(table, result, argv[static_cast<std::size_t>(at)]);
        const bool takes = row->argument != nullptr;
        arguments.options.push_back({row->name, takes ? optarg : ""});
    }
    for (int i = optind; i < argc; ++i)
        arguments.operands.emplace_back(argv[static_cast<std::size_t>(i)]);
    return arguments;
}

Result<void> check_choices(std::span<const Option> table, const Arguments& arguments) {
    for (const GivenOption& given : arguments.options)
        for (const Option& row : table) {
            const auto& words = row.choices;
            if (row.name != given.name || words.empty()) continue;
            if (std::find(words.begin(), words.end(), given.value) == words.end())
                return fail(fmt::format("--{}", row.name),
                            fmt::format("\"{}\" is not known here", given.value),
                            fmt::format("choose one of: {}", fmt::join(words, ", ")));
        }
    return {};
}

Result<void> check_exclusions(std::span<const Exclusion> exclusions, const Arguments& arguments) {
    for (const auto& [one, other] : exclusions)
        if (arguments.has(one) && arguments.has(other))
            return fail("", fmt::format("--{} and --{} exclude each other", one, other),
                        "give one of them");
    return {};
}

Result<void> check_count(const Syntax& syntax, const std::vector<std::string>& operands) {
    constexpr const char* hint = "--help shows the usage";
    if (operands.size() < syntax.count.least)
        return fail("", fmt::format("an operand is missing: {}", syntax.operands), hint);
    if (operands.size() > syntax.count.most)
        return fail(
            "", fmt::format("there is one operand too many: \"{}\"", operands[syntax.count.most]),
            hint);
    return {};
}

}  // namespace

bool Arguments::has(std::string_view name) const {
    return std::any_of(options.begin(), options.end(),
                       [&](const GivenOption& given) { return given.name == name; });
}

std::string Arguments::value(std::string_view name, const char* otherwise) const {
    const auto all = values(name);
    return all.empty() ? std::string(otherwise) : all.back();
}

std::vector<std::string> Arguments::values(std::string_view name) const {
    std::vector<std::string> found;
    for (const GivenOption& given : options)
        if (given.name == name) found.push_back(given.value);
    return found;
}

Result<Arguments> parse_arguments(const Syntax& syntax, const std::vector<std::string>& words) {
    auto arguments = split_words(syntax.options, words);
    if (!arguments || arguments->has(help_option.name)) return arguments;
    if (auto good = check_choices(syntax.options, *arguments); !good)
        return tl::unexpected(good.error());
    if (auto good = check_exclusions(syntax.exclusions, *arguments); !good)
        return tl::unexpected(good.error());
    if (auto good = check_count(syntax, arguments->operands); !good)
        return tl::unexpected(good.error());
    return arguments;
}

std::string options_help(std::span<const Option> options) {
    std::string text;
    for (const Option& row : options) {
        const std::string letter = row.letter == 0 ? "   " : fmt::format("-{},", row.letter);
        const std::string argument =
            row.argument == nullptr ? "" : fmt::format("={}", row.argument);
        text += fmt::format("  {} {:<22} {}\n", letter, fmt::format("--{}{}", row.name, argument),
                            row.help);
    }
    return text;
}

}  // namespace ringfence::cli
