// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/command.h"

#include <algorithm>
#include <climits>
#include <utility>

#include "unit/specifier.h"
#include "unit/words.h"

namespace ringfence::unit {

namespace {

using Outcome = CommandList::Outcome;

constexpr std::string_view reset_hint = "correct this line";
constexpr char surrogate_problem[] =
    "systemd versions differ on the escape of a surrogate (\\ud800 to \\udfff)";

// Takes one prefix character into the command; false where the path starts.
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
        case '!':  // the second "!" need not follow the first one directly
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

// The limits of a file name and of each component of a path; longer ones are errors in systemd.
bool components_fit(std::string_view path) {
    std::size_t length = 0;
    for (const char c : path) {
        length = c == '/' ? 0 : length + 1;
        if (length > NAME_MAX) return false;
    }
    return path.size() < PATH_MAX;
}

bool ends_with(std::string_view text, std::string_view tail) {
    return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail;
}

struct PathProblem {
    Outcome outcome = Outcome::complete;
    std::string message;
    std::string_view hint = reset_hint;
};

// `path` as it is after the expansion of its specifiers.
PathProblem check_expanded(const std::string& path) {
    if (path.empty()) return {Outcome::fatal, "there is no program behind the prefixes"};
    if (path.front() == '|')
        return {Outcome::uncertain,
                "the prefix \"|\" has systemd 258 and newer start the user's shell first, which "
                "would run outside the fence",
                "write the shell out: /bin/sh -c 'COMMAND'"};
    if (std::any_of(path.begin(), path.end(), is_special))
        return {Outcome::fatal,
                "the program's name contains a quote, backslash or control character"};
    if (path.back() == '/') return {Outcome::fatal, "the program's path ends in \"/\""};
    if (path.front() == '/') {
        if (!components_fit(path)) return {Outcome::fatal, "the program's path is too long"};
        if (ends_with(path, "/.") || ends_with(path, "/.."))
            return {Outcome::uncertain,
                    "systemd versions differ on a program's path that ends in a dot"};
        return {};
    }
    const bool valid_name =
        path.find('/') == std::string::npos && path != "." && path != ".." && components_fit(path);
    if (!valid_name)
        return {Outcome::fatal,
                "\"" + path + "\" is neither an absolute path nor a program's name"};
    return {};
}

PathProblem check_path(Command& command, const ServiceName& name) {
    if (const auto bad = find_bad_specifier(command.path))
        return {bad->issue == SpecifierIssue::newer ? Outcome::uncertain : Outcome::fatal,
                describe(*bad)};
    const Sample sample = sample_expansion(command.path, name);
    if (sample.fails) return {Outcome::fatal, "a specifier in the program's path has no value"};
    // An instance that makes the path invalid would have systemd leave the command out.
    if (sample.open && command.ignore_failure)
        return {Outcome::uncertain,
                "the program's path depends on the instance, and \"-\" makes systemd ignore the "
                "command where it is not valid"};
    if (sample.open && command.path.substr(0, 2) == "%I")
        return {Outcome::uncertain,
                "whether the program's path is absolute depends on the instance"};
    command.is_absolute = !sample.text.empty() && sample.text.front() == '/';
    return check_expanded(sample.text);
}

class CommandParser {
  public:
    CommandParser(const SourceText& value, const std::string& file, const ServiceName& name)
        : value_(value), file_(file), name_(name), words_(value.text()) {}

    CommandList parse() {
        while (parse_one()) {
        }
        return std::move(list_);
    }

  private:
    // False: there is no further command.
    bool parse_one() {
        const auto first = words_.next();
        if (!first) {
            // Not an error to systemd, not even without "-": it drops the rest of the line.
            stop(Outcome::truncated, first.error().begin, "a quote is not closed");
            return false;
        }
        if (!*first) return false;
        const Word& word = **first;
        if (word.value == ";") return true;  // a quoted one too
        Command command;
        command.where = value_.at(word.begin, file_);
        if (word.varies) return fail(command, Outcome::uncertain, word.begin, surrogate_problem);
        split_prefixes(word.value, command);
        const PathProblem problem = check_path(command, name_);
        if (problem.outcome != Outcome::complete)
            return fail(command, problem.outcome, word.begin, problem.message, problem.hint);
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
            if (!word) return fail(command, Outcome::fatal, at, "a quote is not closed");
            if ((*word)->varies) return fail(command, Outcome::uncertain, at, surrogate_problem);
            if (const auto bad = find_bad_specifier((*word)->value))
                return fail(
                    command,
                    bad->issue == SpecifierIssue::newer ? Outcome::uncertain : Outcome::fatal, at,
                    describe(*bad));
            if (sample_expansion((*word)->value, name_).fails)
                return fail(command, Outcome::fatal, at, "a specifier has no value");
            command.arguments.push_back({std::string((*word)->raw), (*word)->value});
        }
        if (command.argument_zero && command.arguments.empty())
            return fail(command, Outcome::fatal, begin,
                        "\"@\" needs a further word, the program's argv[0]");
        list_.commands.push_back(std::move(command));
        return more;
    }

    bool fail(const Command& command, Outcome outcome, std::size_t at, const std::string& message,
              std::string_view hint = reset_hint) {
        if (outcome == Outcome::fatal && command.ignore_failure) outcome = Outcome::truncated;
        stop(outcome, at, message, hint);
        return false;
    }

    void stop(Outcome outcome, std::size_t at, const std::string& message,
              std::string_view hint = reset_hint) {
        list_.outcome = outcome;
        list_.problem = {value_.at(at, file_), message, std::string(hint)};
    }

    const SourceText& value_;
    const std::string& file_;
    const ServiceName& name_;
    WordReader words_;
    CommandList list_;
};

}  // namespace

CommandList parse_commands(const SourceText& value, const std::string& file,
                           const ServiceName& name) {
    return CommandParser(value, file, name).parse();
}

std::string simplify_path(std::string_view path) {
    const bool absolute = !path.empty() && path.front() == '/';
    std::string out;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string_view part = path.substr(at, slash - at);
        if (!part.empty() && part != ".") {
            if (absolute || !out.empty()) out += '/';
            out += part;
        }
        at = slash + 1;
    }
    if (out.empty()) return absolute ? "/" : ".";
    return out;
}

}  // namespace ringfence::unit
