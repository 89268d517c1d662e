// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show/text.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/show/kernel_text.h"
#include "cli/show/layer_text.h"
#include "cli/show/rule_table.h"
#include "cli/show/source_labels.h"
#include "cli/show/stand_in_text.h"
#include "cli/terminal/words.h"
#include "dropin/unfenced.h"

namespace ringfence::cli {

using policy::Rules;

namespace {

// A line of the head: the name of a setting, its value, and where it is written.
std::string setting_line(const char* name, const std::string& value, const std::string& from,
                         const Terminal& terminal) {
    return fmt::format("  {:<15} {}{}\n", name, visible(value),
                       from.empty() ? "" : "  " + terminal.dim(from));
}

std::string head_line(const ShownSubject& subject) {
    std::string head = visible(subject.name);
    if (!subject.unit) return head;
    head += fmt::format(": fenced by {}", visible(subject.rules->name));
    if (subject.unit->unit != subject.name)
        head += fmt::format(" (as {})", visible(subject.unit->unit));
    return head;
}

std::string minimum_abi_text(const Rules& rules) {
    const bool all = rules.minimum_abi == policy::minimum_abi_all;
    const bool is_default = rules.minimum_abi_origin.where.file.empty();
    return (all ? "all" : fmt::format("{}", rules.minimum_abi)) + (is_default ? " (default)" : "");
}

std::string inherit_text(const ShownSubject& subject) {
    if (!subject.rules->inherit) return "no";
    return subject.unit ? "yes: the rules below include the unit's own"
                        : "yes: a unit's programs and directories are added";
}

std::string head_text(const ShownSubject& subject, const SourceLabels& labels,
                      const Terminal& terminal, const std::optional<ShownKernel>& kernel) {
    const Rules& rules = *subject.rules;
    std::string text = terminal.bold(head_line(subject)) + "\n";
    const auto add = [&](const char* name, const std::string& value,
                         const policy::Origin& origin = {}) {
        text += setting_line(name, value, from_text(labels, origin), terminal);
    };
    if (!rules.description.empty()) add("description", rules.description);
    if (!rules.documentation.empty()) add("documentation", joined(rules.documentation, " "));
    if (!rules.units.empty()) add("written for", joined(rules.units));
    add("abi", fmt::format("{}", rules.layers.front().abi), rules.abi_origin);
    add("minimum_abi", minimum_abi_text(rules), rules.minimum_abi_origin);
    add("inherit", inherit_text(subject), rules.inherit_origin);
    if (rules.trust_links != landlock::LinkTrust::others)
        add("trust_links", landlock::word_of(rules.trust_links), rules.trust_links_origin);
    if (rules.forbid_landlock)
        add("forbid_landlock", "yes: further Landlock calls inside fail",
            rules.forbid_landlock_origin);
    if (rules.stand_ins)
        add("stand_ins", std::string(policy::stand_in_sockets), rules.stand_ins_origin);
    add("digest", rules.digest);
    if (kernel) add(kernel->running ? "this kernel" : "kernel", kernel_line(rules, *kernel));
    if (subject.unit) add("drop-in", subject.unit->dropin()->path + " (--drop-in prints it)");
    return text;
}

std::string quiet_text(const Rules& rules, const SourceLabels& labels, const Terminal& terminal) {
    std::vector<RuleRow> rows;
    for (const policy::QuietPath& quiet : rules.quiet)
        rows.push_back(rule_row(labels, rule_path(quiet), "", quiet.origins));
    return rule_table("Denials that are not logged", rows, terminal);
}

std::string directives_text(const Rules& rules, const SourceLabels& labels,
                            const Terminal& terminal) {
    std::vector<RuleRow> rows;
    for (const policy::Directive& directive : rules.systemd)
        rows.push_back(rule_row(labels, " " + visible(directive.key + "=" + directive.value), "",
                                {directive.origin}));
    return rule_table("Directives for the unit", rows, terminal);
}

std::string unfenced_text(const ShownSubject& subject, const SourceLabels& labels,
                          const Terminal& terminal) {
    if (!subject.unit) return "";
    const dropin::FenceSource& source = *subject.unit->fenced()->source;
    std::vector<RuleRow> rows;
    for (const auto& command : dropin::unfenced_commands(source.unit, source.attachment.wrap)) {
        const std::string words =
            command.program + (command.arguments.empty() ? "" : " " + command.arguments);
        rows.push_back(
            rule_row(labels, " " + command.setting, visible(words), {{command.where, "", ""}}));
    }
    return rule_table("Commands outside of the fence", rows, terminal);
}

std::string capabilities_text(const Rules& rules, const SourceLabels& labels,
                              const Terminal& terminal) {
    std::vector<RuleRow> rows;
    for (const policy::KeptCapability& kept : rules.kept_capabilities)
        rows.push_back(rule_row(labels, " " + kept.name, "", {kept.origin}));
    return rule_table("Capabilities that are kept, and lead out of the fence", rows, terminal);
}

// From ABI 9 on, they are among the rules.
std::string sockets_text(const Rules& rules, const SourceLabels& labels, const Terminal& terminal) {
    std::vector<RuleRow> rows;
    if (rules.layers.front().abi < landlock::abi_needed(dropin::stood_in))
        for (const policy::SocketGrant& socket : rules.sockets)
            rows.push_back(rule_row(labels, " " + visible(socket.path), "", socket.origins));
    return rule_table("Sockets that a stand-in does not hide", rows, terminal);
}

std::string elsewhere_text(const Rules& rules, const SourceLabels& labels,
                           const Terminal& terminal) {
    std::vector<RuleRow> rows;
    for (const policy::Layer& layer : rules.layers)
        for (const policy::PathRule& rule : layer.elsewhere)
            rows.push_back(rule_row(labels, rule_path(rule), "", rule.origins));
    return rule_table("For other architectures than this machine's, and left out", rows, terminal);
}

std::string removed_text(const Rules& rules, const SourceLabels& labels, const Terminal& terminal) {
    std::vector<RuleRow> rows;
    for (const policy::Removal& removal : rules.removed)
        rows.push_back(rule_row(labels, " " + visible(removal.what), "", {removal.origin}));
    return rule_table("Taken away by drop-ins", rows, terminal);
}

std::string sources_text(const SourceLabels& labels, const Terminal& terminal) {
    if (labels.rows().empty()) return "";
    std::size_t widest = 0;
    for (const SourceLabel& row : labels.rows())
        widest = std::max(widest, columns_of(visible(row.label)));
    std::string text = section_title("From", terminal);
    for (const SourceLabel& row : labels.rows()) {
        std::string note = row.chain.empty() ? "" : "  " + visible(row.chain);
        if (row.drop_in) note += ", drop-in";
        text += fmt::format("  {}  {}{}\n", padded(visible(row.label), widest), visible(row.path),
                            terminal.dim(note));
    }
    return text;
}

// Describes a unit without rules. It is refused, masked, or an instance that stays without its
// template's fence.
std::string without_rules(const ShownSubject& subject, const Terminal& terminal) {
    const dropin::PlannedFile& unit = *subject.unit;
    if (unit.is_open())
        return terminal.bold(visible(subject.name)) +
               ": not fenced; the fence of its template is not for this instance\n";
    std::string text = terminal.bold(visible(subject.name)) + ": " + terminal.red("refused") +
                       ", it will not start\n";
    if (const dropin::DropinFile* dropin = unit.dropin())
        text += fmt::format("  {:<14} {}\n", "drop-in", visible(dropin->path));
    return text;
}

}  // namespace

std::string subject_text(const ShownSubject& subject, const Terminal& terminal,
                         const std::optional<ShownKernel>& kernel) {
    if (!subject.rules) return without_rules(subject, terminal);
    const Rules& rules = *subject.rules;
    const SourceLabels labels(rules);
    std::string text = head_text(subject, labels, terminal, kernel);
    for (std::size_t i = 0; i < rules.layers.size(); ++i)
        text += layer_text(rules, i, labels, terminal, kernel);
    text += quiet_text(rules, labels, terminal) + directives_text(rules, labels, terminal) +
            capabilities_text(rules, labels, terminal) + sockets_text(rules, labels, terminal) +
            unfenced_text(subject, labels, terminal) + elsewhere_text(rules, labels, terminal) +
            removed_text(rules, labels, terminal) + waiting_text(rules, terminal);
    if (kernel)
        text +=
            kernel_text(rules, *kernel, terminal) + stand_in_text(subject, kernel->abi, terminal);
    return text + sources_text(labels, terminal);
}

}  // namespace ringfence::cli
