// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/file.h"

#include <algorithm>

#include "unit/specifier.h"

namespace ringfence::unit {

namespace {

// A line that ends the reading of the file, or may end it.
struct Judgement {
    enum { fatal, uncertain } verdict;
    Diagnostic problem;
};

std::optional<Judgement> judge_commands(const CommandList& list) {
    if (!list.error) return std::nullopt;
    switch (list.error->effect) {
        case CommandError::Effect::ends_file:
            return Judgement{Judgement::fatal, list.error->problem};
        case CommandError::Effect::uncertain:
            return Judgement{Judgement::uncertain, list.error->problem};
        case CommandError::Effect::ends_value:
            break;
    }
    return std::nullopt;
}

bool plain_name(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_' || c == '-' || c == '.' || c == ' ';
    });
}

// Names of accounts often have specifiers ("User=app-%i"). These four expand to characters of unit
// names, which are valid in account names.
bool is_surely_a_name(std::string_view text) {
    std::string rest;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view two = text.substr(at, 2);
        if (two == "%i" || two == "%p" || two == "%j" || two == "%N")
            ++at;
        else
            rest += text[at];
    }
    return plain_name(rest) && !text.empty() && text.front() != '-' && text.find("..") == text.npos;
}

bool is_surely_a_path(std::string_view text) {
    if (text == "~" || text.empty()) return true;
    if (find_bad_specifier(text)) return false;
    const bool absolute =
        text.front() == '/' || (text.size() > 1 && text[0] == '%' && expands_to_path(text[1]));
    return absolute && text.size() < 2048 && text.find_first_of("\\\"'") == text.npos &&
           text.find("..") == text.npos;
}

bool is_surely_boolean(std::string_view text) {
    constexpr std::string_view words[] = {"yes", "no", "true", "false", "on", "off", "1", "0"};
    return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

bool is_surely_label(std::string_view text) {
    return text.find('%') == std::string_view::npos;
}

// Besides the commands, these settings can end the file when systemd finds their value invalid. A
// value that passes the check is certainly valid. Another value may be valid too, so it makes the
// rest of the file uncertain.
// Source: the ENOEXEC and EINVAL returns of systemd's src/core/load-fragment.c.
struct FatalSetting {
    std::string_view key;
    bool (*surely_fine)(std::string_view);
    bool dash_forgives;
};
constexpr FatalSetting fatal_settings[] = {
    {"User", is_surely_a_name, false},
    {"Group", is_surely_a_name, false},
    {"SupplementaryGroups", is_surely_a_name, false},
    {"WorkingDirectory", is_surely_a_path, true},
    {"RootDirectory", is_surely_a_path, false},
    {"RootImage", is_surely_a_path, false},
    {"RootVerity", is_surely_a_path, false},
    {"DynamicUser", is_surely_boolean, false},
    {"AppArmorProfile", is_surely_label, true},
    {"SELinuxContext", is_surely_label, true},
    {"SmackProcessLabel", is_surely_label, true},
};

std::optional<Judgement> judge_setting(const Assignment& assignment) {
    for (const FatalSetting& setting : fatal_settings) {
        if (assignment.key != setting.key || assignment.text().empty()) continue;
        std::string_view text = assignment.text();
        const bool forgiven = setting.dash_forgives && text.front() == '-';
        if (forgiven || setting.surely_fine(text)) return std::nullopt;
        return Judgement{
            Judgement::uncertain,
            {assignment.at(0),
             assignment.key + "=" + assignment.text() +
                 " may be invalid, and then systemd does not read the rest of this file",
             "correct the value, or move the line to the end of the file"}};
    }
    return std::nullopt;
}

std::optional<Judgement> judge(const Assignment& assignment) {
    if (assignment.section != "Service") return std::nullopt;
    return assignment.commands ? judge_commands(*assignment.commands) : judge_setting(assignment);
}

bool is_safe_section_name(std::string_view name) {
    return std::none_of(name.begin(), name.end(), [](char c) {
        return (c > 0 && c < ' ') || c == '\x7f' || c == '"' || c == '\'' || c == '\\';
    });
}

class FileParser {
  public:
    FileParser(UnitFile& out, const ServiceName& name) : out_(out), name_(name) {}

    void add(const SourceText& line) {
        const Span span = strip(line.text(), {0, line.text().size()});
        if (span.begin == span.end) return;
        const std::string_view text =
            std::string_view(line.text()).substr(span.begin, span.end - span.begin);
        if (!is_text_for_systemd(text)) return stop(line, span, "this line is not valid UTF-8");
        if (text.front() == '[') return open_section(line, span, text);
        add_assignment(line, span, text);
    }

  private:
    void open_section(const SourceText& line, Span span, std::string_view text) {
        const std::string_view name = text.substr(1, text.size() - 2);
        if (text.size() < 2 || text.back() != ']' || !is_safe_section_name(name))
            return stop(line, span, "this is not a valid section header");
        section_ = std::string(name);
        known_section_ = name == "Unit" || name == "Service" || name == "Install";
    }

    void add_assignment(const SourceText& line, Span span, std::string_view text) {
        const std::size_t equals = text.find('=');
        if (equals == 0) return;  // systemd warns and reads on
        if (equals == std::string_view::npos) return ignore_word(line, span, text);
        const Span key = strip(line.text(), {span.begin, span.begin + equals});
        const Span value = strip(line.text(), {span.begin + equals + 1, span.end});
        Assignment assignment{section_,
                              line.text().substr(key.begin, key.end - key.begin),
                              line.slice(value.begin, value.end),
                              line.at(key.begin, out_.path),
                              {}};
        if (!known_section_) return out_.ignored.push_back(std::move(assignment));
        if (out_.fatal) {
            out_.lost.push_back(std::move(assignment));
            return;
        }
        if (out_.uncertain) out_.uncertain->followed = true;
        if (section_ == "Service" && is_command_key(assignment.key) && !assignment.text().empty())
            assignment.commands = parse_commands(assignment.value, out_.path, name_);
        if (auto judgement = judge(assignment)) take(std::move(*judgement));
        // A fatal assignment is kept, too: systemd runs the commands before the error.
        out_.assignments.push_back(std::move(assignment));
    }

    // systemd warns and reads on.
    void ignore_word(const SourceText& line, Span span, std::string_view text) {
        const std::string_view word = text.substr(0, text.find_first_of(" \t:"));
        out_.ignored.push_back(
            {section_, std::string(word), SourceText(), line.at(span.begin, out_.path), {}});
    }

    void take(Judgement judgement) {
        if (judgement.verdict == Judgement::fatal)
            out_.fatal = std::move(judgement.problem);
        else if (!out_.uncertain)
            out_.uncertain = UncertainLine{std::move(judgement.problem)};
    }

    void stop(const SourceText& line, Span span, std::string why) {
        if (out_.fatal) return;
        out_.fatal = Diagnostic{line.at(span.begin, out_.path), std::move(why),
                                "systemd reads the file up to here"};
    }

    UnitFile& out_;
    const ServiceName& name_;
    std::string section_;
    bool known_section_ = false;
};

}  // namespace

const std::vector<std::string>& command_keys() {
    static const std::vector<std::string> keys = {"ExecCondition", "ExecStartPre", "ExecStart",
                                                  "ExecStartPost", "ExecReload",   "ExecStop",
                                                  "ExecStopPost"};
    return keys;
}

bool is_command_key(std::string_view key) {
    const auto& keys = command_keys();
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

UnitFile parse_unit_file(std::string_view text, const SharedText& path, const ServiceName& name) {
    UnitFile out;
    out.path = path;
    LogicalLines lines = split_lines(text, path);
    FileParser parser(out, name);
    for (const SourceText& line : lines.lines)
        parser.add(line);
    if (lines.fatal && !out.fatal) out.fatal = std::move(lines.fatal);
    for (const SourceText& line : lines.lost)
        parser.add(line);
    return out;
}

}  // namespace ringfence::unit
