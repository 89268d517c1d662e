// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/command.h"

#include <algorithm>
#include <climits>
#include <utility>

#include "unit/specifier.h"
#include "unit/words.h"

namespace ringfence::unit {

namespace {

using Effect = CommandError::Effect;

constexpr std::string_view reset_hint = "correct this line";
constexpr char surrogate_problem[] =
    "versions of systemd differ on the escape of a surrogate (\\ud800 to \\udfff)";

// Takes one prefix character into the command. False if `c` is no prefix, so that the path starts.
bool take_prefix(char c, Command& command) {
    switch (c) {
        case '-':
            return !std::exchange(command.ignore_failure, true);
        case '@':
            return !std::exchange(command.argument_zero, true);
        case ':':
            return !std::exchange(command.no_expansion, true);
        case '+':
            if (command.privileges != Privileges::unit) return false;
            command.privileges = Privileges::full;
            return true;
        case '!':  // other prefixes may stand between the two "!"
            if (command.privileges == Privileges::unit)
                command.privileges = Privileges::no_setuid;
            else if (command.privileges == Privileges::no_setuid)
                command.privileges = Privileges::ambient;
            else
                return false;
            return true;
        default:
            return false;
    }
}

void split_prefixes(const std::string& word, Command& command) {
    std::size_t at = 0;
    while (at < word.size() && take_prefix(word[at], command))
        ++at;
    command.path = word.substr(at);
}

bool is_special(char c) {
    return (c > 0 && c < ' ') || c == '\x7f' || c == '"' || c == '\'' || c == '\\';
}

// A longer file name or component of a path is an error in systemd.
bool components_fit(std::string_view path) {
    std::size_t length = 0;
    for (const char c : path) {
        length = c == '/' ? 0 : length + 1;
        if (length > NAME_MAX) return false;
    }
    return path.size() < PATH_MAX;
}

/// Why a word is not valid where it stands.
struct WordError {
    Effect effect;
    std::string message;
    std::string_view hint = reset_hint;
};

// `path`: with its specifiers expanded.
std::optional<WordError> check_expanded(const std::string& path) {
    if (path.empty())
        return WordError{Effect::ends_file, "there is no program behind the prefixes"};
    if (path.front() == '|')
        return WordError{
            Effect::uncertain,
            "with the prefix \"|\", systemd 258 and newer start the user's shell first, "
            "and the shell would run outside the fence",
            "name the shell: /bin/sh -c 'COMMAND'"};
    if (std::any_of(path.begin(), path.end(), is_special))
        return WordError{Effect::ends_file,
                         "the program's name contains a quote, backslash or control character"};
    if (path.back() == '/') return WordError{Effect::ends_file, "the program's path ends in \"/\""};
    if (path.front() == '/') {
        if (!components_fit(path))
            return WordError{Effect::ends_file, "the program's path is too long"};
        if (path.ends_with("/.") || path.ends_with("/.."))
            return WordError{Effect::uncertain,
                             "versions of systemd differ on a program's path that ends in a dot"};
        return std::nullopt;
    }
    const bool valid_name =
        path.find('/') == std::string::npos && path != "." && path != ".." && components_fit(path);
    if (!valid_name)
        return WordError{Effect::ends_file,
                         "\"" + path + "\" is neither an absolute path nor a program's name"};
    return std::nullopt;
}

WordError error_of(const SpecifierError& bad) {
    const bool newer = bad.issue == SpecifierIssue::newer;
    return {newer ? Effect::uncertain : Effect::ends_file, describe(bad)};
}

std::optional<WordError> check_path(Command& command, const ServiceName& name) {
    if (const auto bad = find_bad_specifier(command.path)) return error_of(*bad);
    const Sample sample = sample_expansion(command.path, name);
    if (sample.fails)
        return WordError{Effect::ends_file, "a specifier in the program's path has no value"};
    // For an instance that makes the path invalid, systemd would leave the command out.
    if (sample.open && command.ignore_failure)
        return WordError{
            Effect::uncertain,
            "the program's path depends on the instance, and with \"-\" systemd ignores the "
            "command for the instances that make the path invalid"};
    if (sample.open && command.path.substr(0, 2) == "%I")
        return WordError{Effect::uncertain,
                         "whether the program's path is absolute depends on the instance"};
    command.is_absolute = !sample.text.empty() && sample.text.front() == '/';
    return check_expanded(sample.text);
}

class CommandParser {
  public:
    CommandParser(const SourceText& value, const SharedText& file, const ServiceName& name)
        : value_(value), file_(file), name_(name), words_(value.text()) {}

    CommandList parse() {
        while (parse_one()) {
        }
        return std::move(list_);
    }

  private:
    // False if there is no further command.
    bool parse_one() {
        const auto first = words_.next();
        if (!first) {
            // Even without "-" this is no error for systemd: it ignores the rest of the line.
            stop(first.error().begin, {Effect::ends_value, "a quote is not closed"});
            return false;
        }
        if (!*first) return false;
        const Word& word = **first;
        if (word.value == ";") return true;  // also if it is quoted
        Command command;
        command.where = value_.at(word.begin, file_);
        if (word.varies) return fail(command, word.begin, {Effect::uncertain, surrogate_problem});
        split_prefixes(word.value, command);
        if (const auto error = check_path(command, name_)) return fail(command, word.begin, *error);
        return parse_arguments(std::move(command), word.begin);
    }

    bool parse_arguments(Command command, std::size_t begin) {
        bool more = false;
        while (!words_.at_end()) {
            if (words_.at_token(";")) {
                words_.skip_token(";");
                more = true;
                break;
            }
            if (words_.at_token("\\;")) {
                words_.skip_token("\\;");
                command.arguments.push_back({"\\;", ";"});
                continue;
            }
            const std::size_t at = words_.position();
            const auto word = words_.next();
            if (!word) return fail(command, at, {Effect::ends_file, "a quote is not closed"});
            if (const auto error = check_argument(**word)) return fail(command, at, *error);
            command.arguments.push_back({std::string((*word)->raw), (*word)->value});
        }
        if (command.argument_zero && command.arguments.empty())
            return fail(command, begin,
                        {Effect::ends_file,
                         "behind \"@\" a second word is missing, the program's argv[0]"});
        list_.commands.push_back(std::move(command));
        return more;
    }

    std::optional<WordError> check_argument(const Word& word) const {
        if (word.varies) return WordError{Effect::uncertain, surrogate_problem};
        if (const auto bad = find_bad_specifier(word.value)) return error_of(*bad);
        if (sample_expansion(word.value, name_).fails)
            return WordError{Effect::ends_file, "a specifier has no value"};
        return std::nullopt;
    }

    // Returns false, because no command is read behind an error.
    bool fail(const Command& command, std::size_t at, WordError error) {
        if (error.effect == Effect::ends_file && command.ignore_failure)
            error.effect = Effect::ends_value;
        stop(at, error);
        return false;
    }

    void stop(std::size_t at, const WordError& error) {
        list_.error = CommandError{error.effect,
                                   {value_.at(at, file_), error.message, std::string(error.hint)}};
    }

    const SourceText& value_;
    const SharedText& file_;
    const ServiceName& name_;
    WordReader words_;
    CommandList list_;
};

}  // namespace

CommandList parse_commands(const SourceText& value, const SharedText& file,
                           const ServiceName& name) {
    return CommandParser(value, file, name).parse();
}

}  // namespace ringfence::unit
