// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "landlock/rights.h"
#include "policy/language/draft.h"
#include "policy/language/toml_text.h"
#include "policy/model/access_groups.h"
#include "policy/model/ports.h"
#include "policy/model/right_names.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;

/// The text behind a value: its comment, if it has one, and the end of the line.
std::string behind(std::string_view comment) {
    return comment.empty() ? "\n" : "  " + toml_comment(comment);
}

std::string path_value(const DraftPath& path) {
    return toml_string((path.optional ? "-" : "") + path.path);
}

/// A range is not an integer of TOML, so it stands in quotes.
std::string ports_value(PortRange ports) {
    const std::string text = to_string(ports);
    return ports.first == ports.last ? text : toml_string(text);
}

/// An element of a list, as TOML text, and the comment behind it.
struct Element {
    std::string value;
    std::string comment;
};

constexpr std::size_t line_width = 100;

// If an element has a comment, each element has a line of its own. Otherwise a line has as many
// elements as fit.
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
    for (const std::string& name : right_names(access))
        names.push_back({toml_string(name), ""});
    return names;
}

class RulesetWriter {
  public:
    RulesetWriter(const DraftRuleset& rules, int abi, RulesetOf of)
        : rules_(rules), of_(of), known_(landlock::known_at(abi)), handled_(known_) {
        for (const DraftRight& right : rules.unrestricted)
            handled_ = handled_ - right.access;
    }

    std::string write() {
        if (!rules_.notes.empty()) text_ += '\n';
        for (const std::string& note : rules_.notes)
            text_ += toml_comment(note);
        if (rules_.filesystem) write_filesystem();
        if (rules_.network) write_network();
        if (rules_.scope) write_scope();
        return std::move(text_);
    }

  private:
    // Of `path`, only the handled rights count: a group of unhandled rights would grant nothing.
    PathGroups groups(const DraftPath& path) const {
        return groups_of(path.access & handled_, known_);
    }

    const char* prefix() const { return of_ == RulesetOf::layer ? "layer." : ""; }

    void head(std::string_view table) { text_ += fmt::format("\n[{}{}]\n", prefix(), table); }

    /// Begins [filesystem] or [network]. Returns false when the table would say nothing and can be
    /// left out: a policy without it restricts all rights of the family, a layer none.
    bool begin(std::string_view table, Family family, bool has_rules) {
        const bool lifts = std::any_of(
            rules_.unrestricted.begin(), rules_.unrestricted.end(),
            [&](const DraftRight& right) { return !of_family(right.access, family).empty(); });
        if (!has_rules && !lifts && of_ == RulesetOf::policy) return false;
        head(table);
        write_unrestricted(family);
        return true;
    }

    void write_filesystem() {
        if (!begin("filesystem", Family::fs, !rules_.paths.empty())) return;
        for (const landlock::PathGroup& group : landlock::path_groups) {
            std::vector<Element> elements;
            // A group that the ABI does not have (connect_unix) says what stand-ins leave.
            const bool newer = (group.access & known_).empty();
            for (const DraftPath& path : rules_.paths) {
                if (newer && path.access.contains(group.access))
                    elements.push_back({path_value(path), path.comment});
                for (const auto* part : groups(path))
                    if (part == &group) elements.push_back({path_value(path), path.comment});
            }
            if (!elements.empty()) text_ += list(group.key, elements);
        }
        for (const DraftPath& path : rules_.paths)
            if (!(path.access & handled_).empty() && groups(path).empty()) write_rule(path);
    }

    void write_rule(const DraftPath& path) {
        text_ += fmt::format("\n[[{}filesystem.rule]]\npath = {}\n", prefix(), path_value(path));
        text_ += list("allow", names_of(path.access & handled_));
        if (!path.comment.empty())
            text_ += fmt::format("reason = {}\n", toml_string(one_line_of(path.comment)));
    }

    void write_network() {
        if (!begin("network", Family::net, !rules_.ports.empty())) return;
        for (const landlock::PortGroup& group : landlock::port_groups) {
            std::vector<Element> elements;
            for (const DraftPorts& ports : rules_.ports)
                if (ports.access == group.access)
                    elements.push_back({ports_value({ports.first, ports.last}), ports.comment});
            if (!elements.empty()) text_ += list(group.key, elements);
        }
    }

    // Rights on ports are named by their keys in [network], rights on files by their own names.
    void write_unrestricted(Family family) {
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
        if (lines.empty() && of_ == RulesetOf::policy) return;
        head("scope");
        text_ += lines;
    }

    const DraftRuleset& rules_;
    RulesetOf of_;
    Access known_;
    Access handled_;
    std::string text_;
};

std::string settings_text(const Draft& draft) {
    std::string text = "version = 1\n";
    if (!draft.description.empty())
        text += fmt::format("description = {}\n", toml_string(one_line_of(draft.description)));
    std::vector<Element> units, extends;
    for (const std::string& unit : draft.units)
        units.push_back({toml_string(unit), ""});
    for (const DraftName& name : draft.extends)
        extends.push_back({toml_string(name.name), name.comment});
    if (!units.empty()) text += list("units", units);
    if (!extends.empty()) text += list("extends", extends);
    text += fmt::format("abi = {}{}", draft.abi, behind(draft.abi_comment));
    if (draft.minimum_abi == minimum_abi_all)
        text += "minimum_abi = \"all\"\n";
    else if (draft.minimum_abi > 1)
        text += fmt::format("minimum_abi = {}\n", draft.minimum_abi);
    if (draft.inherit)
        text += fmt::format("inherit = {}{}", *draft.inherit, behind(draft.inherit_comment));
    if (draft.stand_ins)
        text += fmt::format("stand_ins = [{}]\n",
                            *draft.stand_ins ? toml_string(std::string(stand_in_sockets)) : "");
    if (draft.trust_links)
        text += fmt::format("trust_links = \"{}\"\n", landlock::word_of(*draft.trust_links));
    if (draft.forbid_landlock)
        text += fmt::format("forbid_landlock = {}\n", *draft.forbid_landlock);
    return text;
}

/// All values of one directive are one list, because TOML has each key once.
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

std::string write_toml(const Draft& draft) {
    std::string text;
    for (const std::string& line : draft.head)
        text += toml_comment(line);
    if (!text.empty()) text += '\n';
    text += settings_text(draft);
    text += RulesetWriter(draft.rules, draft.abi, RulesetOf::policy).write();
    if (!draft.quiet.empty()) {
        std::vector<Element> elements;
        for (const DraftPath& path : draft.quiet)
            elements.push_back({path_value(path), path.comment});
        text += "\n[log]\n" + list("quiet", elements);
    }
    for (const DraftRuleset& layer : draft.layers)
        text += "\n[[layer]]\n" + RulesetWriter(layer, draft.abi, RulesetOf::layer).write();
    text += systemd_text(draft);
    if (!draft.kept_capabilities.empty()) {
        std::vector<Element> elements;
        for (const std::string& name : draft.kept_capabilities)
            elements.push_back({toml_string(name), ""});
        text += fmt::format("\n[capabilities]\n{}reason = {}\n", list("keep", elements),
                            toml_string(draft.kept_reason));
    }
    if (!draft.tail.empty()) text += '\n';
    for (const std::string& line : draft.tail)
        text += toml_comment(line);
    return text;
}

}  // namespace ringfence::policy
