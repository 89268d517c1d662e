// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "landlock/rights.h"
#include "policy/access_groups.h"
#include "policy/draft.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

/// The length of the UTF-8 character that `text` begins with; 0 when it begins with none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = static_cast<unsigned char>(text[0]);
    const std::size_t length = byte < 0x80             ? 1
                               : (byte & 0xe0) == 0xc0 ? 2
                               : (byte & 0xf0) == 0xe0 ? 3
                               : (byte & 0xf8) == 0xf0 ? 4
                                                       : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
    return length;
}

/// A comment in one line whatever the text.
std::string comment_text(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    return out;
}

std::string comment_line(std::string_view text) {
    return text.empty() ? "#\n" : "# " + comment_text(text) + "\n";
}

std::string behind(std::string_view comment) {
    return comment.empty() ? "\n" : "  # " + comment_text(comment) + "\n";
}

std::string path_value(const DraftPath& path) {
    return toml_string((path.optional ? "-" : "") + path.path);
}

/// An element of a list: its value, and what stands behind it.
struct Element {
    std::string value;
    std::string comment;
};

constexpr std::size_t line_width = 100;

// One element a line where one has a comment; as many as fit otherwise.
std::string list(std::string_view key, const std::vector<Element>& elements) {
    const bool plain = std::all_of(elements.begin(), elements.end(),
                                   [](const Element& element) { return element.comment.empty(); });
    std::string joined;
    for (const Element& element : elements)
        joined += (joined.empty() ? "" : ", ") + element.value;
    if (plain && key.size() + joined.size() + 5 < line_width)
        return fmt::format("{} = [{}]\n", key, joined);
    std::string text = fmt::format("{} = [\n", key);
    std::string line;
    for (const Element& element : elements) {
        if (plain && line.size() + element.value.size() + 2 < line_width && !line.empty()) {
            line += " " + element.value + ",";
            continue;
        }
        text += line.empty() || !plain ? line : line + "\n";
        line = "    " + element.value + "," + (plain ? "" : behind(element.comment));
    }
    return text + line + (plain ? "\n]\n" : "]\n");
}

std::vector<Element> names_of(const Access& access) {
    std::vector<Element> names;
    for (const landlock::Right& right : landlock::rights)
        if (!(right.access() & access).empty()) names.push_back({toml_string(right.name), ""});
    return names;
}

class RulesetWriter {
  public:
    /// `prefix` is "layer." in a layer.
    RulesetWriter(const DraftRuleset& rules, int abi, std::string prefix)
        : rules_(rules),
          prefix_(std::move(prefix)),
          known_(landlock::known_at(abi)),
          handled_(known_) {
        for (const DraftRight& right : rules.unrestricted)
            handled_ = handled_ - right.access;
    }

    std::string write() {
        if (!rules_.notes.empty()) text_ += '\n';
        for (const std::string& note : rules_.notes)
            text_ += comment_line(note);
        if (rules_.filesystem) write_filesystem();
        if (rules_.network) write_network();
        if (rules_.scope) write_scope();
        return std::move(text_);
    }

  private:
    // A group with rights that are not handled here would say more than it does.
    PathGroups groups(const DraftPath& path) const {
        return groups_of(path.access & handled_, known_);
    }

    void head(std::string_view table) { text_ += fmt::format("\n[{}{}]\n", prefix_, table); }

    // Without its table a layer restricts nothing of a kind; the policy itself all of it.
    bool is_needless(bool nothing_said) const { return nothing_said && prefix_.empty(); }

    bool says_nothing_of(landlock::Family family) const {
        return std::none_of(rules_.unrestricted.begin(), rules_.unrestricted.end(),
                            [&](const DraftRight& right) {
                                return family == landlock::Family::fs ? right.access.fs != 0
                                                                      : right.access.net != 0;
                            });
    }

    void write_filesystem() {
        if (is_needless(rules_.paths.empty() && says_nothing_of(landlock::Family::fs))) return;
        head("filesystem");
        write_unrestricted(landlock::Family::fs);
        for (const landlock::PathGroup& group : landlock::path_groups) {
            std::vector<Element> elements;
            for (const DraftPath& path : rules_.paths)
                for (const auto* part : groups(path))
                    if (part == &group) elements.push_back({path_value(path), path.comment});
            if (!elements.empty()) text_ += list(group.key, elements);
        }
        for (const DraftPath& path : rules_.paths)
            if (!(path.access & handled_).empty() && groups(path).empty()) write_rule(path);
    }

    void write_rule(const DraftPath& path) {
        text_ += fmt::format("\n[[{}filesystem.rule]]\npath = {}\n", prefix_, path_value(path));
        text_ += list("allow", names_of(path.access & handled_));
        if (!path.comment.empty())
            text_ += fmt::format("reason = {}\n", toml_string(comment_text(path.comment)));
    }

    void write_network() {
        if (is_needless(rules_.ports.empty() && says_nothing_of(landlock::Family::net))) return;
        head("network");
        write_unrestricted(landlock::Family::net);
        for (const landlock::PortGroup& group : landlock::port_groups) {
            std::vector<Element> elements;
            for (const DraftPorts& ports : rules_.ports)
                if (ports.access == group.access)
                    elements.push_back({ports.first == ports.last
                                            ? fmt::format("{}", ports.first)
                                            : fmt::format("\"{}-{}\"", ports.first, ports.last),
                                        ports.comment});
            if (!elements.empty()) text_ += list(group.key, elements);
        }
    }

    // Ports have a key of their own, files the rights' names.
    void write_unrestricted(landlock::Family family) {
        std::vector<Element> elements;
        for (const DraftRight& right : rules_.unrestricted)
            for (const landlock::Right& row : landlock::rights)
                if (row.family == family && right.access.contains(row.access()))
                    elements.push_back({toml_string(row.name), right.comment});
        for (Element& element : elements)
            for (const landlock::PortGroup& group : landlock::port_groups)
                if (element.value == names_of(group.access).front().value)
                    element.value = toml_string(group.key);
        if (!elements.empty()) text_ += list("unrestricted", elements);
    }

    void write_scope() {
        std::string lines;
        for (const landlock::ScopeGroup& group : landlock::scope_groups) {
            const auto free = std::find_if(
                rules_.free_scopes.begin(), rules_.free_scopes.end(),
                [&](const DraftRight& right) { return right.access.contains(group.access); });
            const bool is_free = free != rules_.free_scopes.end();
            if (!is_free && !handled_.contains(group.access)) continue;
            lines +=
                fmt::format("{} = {}{}", group.key, !is_free, behind(is_free ? free->comment : ""));
        }
        if (lines.empty() && prefix_.empty()) return;
        head("scope");
        text_ += lines;
    }

    const DraftRuleset& rules_;
    std::string prefix_;
    Access known_;
    Access handled_;
    std::string text_;
};

std::string settings_text(const Draft& draft) {
    std::string text = "version = 1\n";
    if (!draft.description.empty())
        text += fmt::format("description = {}\n", toml_string(comment_text(draft.description)));
    std::vector<Element> units, extends;
    for (const std::string& unit : draft.units)
        units.push_back({toml_string(unit), ""});
    for (const DraftPath& name : draft.extends)
        extends.push_back({toml_string(name.path), name.comment});
    if (!units.empty()) text += list("units", units);
    if (!extends.empty()) text += list("extends", extends);
    text += fmt::format("abi = {}{}", draft.abi, behind(draft.abi_comment));
    if (draft.minimum_abi == minimum_abi_all)
        text += "minimum_abi = \"all\"\n";
    else if (draft.minimum_abi > 1)
        text += fmt::format("minimum_abi = {}\n", draft.minimum_abi);
    if (draft.inherit)
        text += fmt::format("inherit = {}{}", *draft.inherit, behind(draft.inherit_comment));
    return text;
}

/// Directives of one key are one list: TOML has each key once.
std::string systemd_text(const Draft& draft) {
    if (draft.systemd.empty()) return "";
    std::string text = "\n[systemd]\n";
    std::vector<std::string> done;
    for (const DraftDirective& directive : draft.systemd) {
        if (std::find(done.begin(), done.end(), directive.key) != done.end()) continue;
        done.push_back(directive.key);
        std::vector<Element> elements;
        for (const DraftDirective& other : draft.systemd)
            if (other.key == directive.key)
                elements.push_back({toml_string(other.value), other.comment});
        if (elements.size() == 1)
            text += fmt::format("{} = {}{}", directive.key, elements[0].value,
                                behind(elements[0].comment));
        else
            text += list(directive.key, elements);
    }
    return text;
}

}  // namespace

std::string toml_string(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto byte = static_cast<unsigned char>(text[0]);
        if (length == 0)
            out += "\\uFFFD";
        else if (text[0] == '"' || text[0] == '\\')
            out += fmt::format("\\{}", text[0]);
        else if (byte < 0x20 || byte == 0x7f)
            out += fmt::format("\\u{:04x}", byte);
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out + '"';
}

std::string write_toml(const Draft& draft) {
    std::string text;
    for (const std::string& line : draft.head)
        text += comment_line(line);
    if (!text.empty()) text += '\n';
    text += settings_text(draft);
    text += RulesetWriter(draft.rules, draft.abi, "").write();
    if (!draft.quiet.empty()) {
        std::vector<Element> elements;
        for (const DraftPath& path : draft.quiet)
            elements.push_back({path_value(path), path.comment});
        text += "\n[log]\n" + list("quiet", elements);
    }
    for (const DraftRuleset& layer : draft.layers)
        text += "\n[[layer]]\n" + RulesetWriter(layer, draft.abi, "layer.").write();
    text += systemd_text(draft);
    if (!draft.tail.empty()) text += '\n';
    for (const std::string& line : draft.tail)
        text += comment_line(line);
    return text;
}

}  // namespace ringfence::policy
