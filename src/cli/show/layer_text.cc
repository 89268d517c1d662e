// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show/layer_text.h"

#include <vector>

#include <fmt/format.h>

#include "cli/show/rule_table.h"
#include "cli/show/words.h"
#include "cli/terminal/words.h"
#include "landlock/groups.h"
#include "policy/judge/judge.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

using landlock::Access;
using policy::Origin;

namespace {

class LayerText {
  public:
    LayerText(const policy::Rules& rules, std::size_t index, const SourceLabels& labels,
              const std::optional<ShownKernel>& kernel)
        : layer_(rules.layers[index]), is_base_(index == 0), labels_(labels), kernel_(kernel) {}

    std::string files(const Terminal& terminal) const {
        std::vector<RuleRow> rows;
        for (const policy::PathRule& rule : layer_.paths)
            rows.push_back(
                rule_row(labels_, rule_path(rule), rights_text(rule.access), rule.origins));
        const bool restricted = layer_.handled().fs != 0;
        for (const landlock::Right& right : landlock::rights)
            if (right.family == landlock::Family::fs && restricted &&
                layer_.unrestricted.contains(right.access()))
                rows.push_back(rule_row(labels_, std::string(" ") + right.name, "unrestricted",
                                        places(right.access())));
        if (rows.empty() && restricted) rows.push_back(rule_row(labels_, " (none)", "", {}));
        return rule_table(restricted ? "Files (what is not listed is denied)" : "Files", rows,
                          terminal);
    }

    std::string ports(const Terminal& terminal) const {
        if (layer_.handled().net == 0 && !is_base_) return "";
        std::vector<RuleRow> rows;
        for (const landlock::PortGroup& group : landlock::port_groups)
            add_port_rows(group, rows);
        return rule_table("Ports", rows, terminal);
    }

    std::string scopes(const Terminal& terminal) const {
        if (layer_.scopes.empty() && !is_base_) return "";
        std::vector<RuleRow> rows;
        for (const landlock::ScopeGroup& scope : landlock::scope_groups) {
            const std::string free = why_free(scope.access);
            rows.push_back(rule_row(
                labels_, std::string(" ") + scope.key,
                free.empty() ? "own processes only" : fmt::format("any process ({})", free),
                places(scope.access)));
        }
        return rule_table("Scopes", rows, terminal);
    }

  private:
    Access enforceable() const {
        return landlock::known_at(kernel_ && !kernel_->running ? kernel_->abi
                                                               : landlock::newest_abi);
    }

    std::string rights_text(const Access& access) const {
        const Access enforced = access & enforceable();
        if (enforced.empty()) return "(not restricted)";
        const Access handled = layer_.handled() & enforceable();
        auto words = group_keys(enforced, handled);
        if (words.empty()) words = policy::right_names(enforced);
        return joined(words);
    }

    // The places where the policy says whether the layer restricts these rights.
    std::vector<Origin> places(const Access& access) const {
        std::vector<Origin> origins;
        for (const policy::HandlingOrigin& entry : layer_.handling)
            if (entry.access.contains(access)) origins.push_back(entry.origin);
        return origins;
    }

    // Why the layer does not restrict a right or scope. Empty if it restricts it.
    std::string why_free(const Access& access) const {
        const int needed = landlock::abi_needed(access);
        if (!landlock::known_at(layer_.abi).contains(access))
            return fmt::format("needs abi = {}", needed);
        if (!layer_.handled().contains(access)) return "unrestricted";
        if (!enforceable().contains(access)) return fmt::format("kernel needs ABI {}", needed);
        return "";
    }

    void add_port_rows(const landlock::PortGroup& group, std::vector<RuleRow>& rows) const {
        const std::string free = why_free(group.access);
        const std::string key = std::string(" ") + group.key;
        if (!free.empty()) {
            rows.push_back(
                rule_row(labels_, key, fmt::format("any ({})", free), places(group.access)));
            return;
        }
        const std::size_t before = rows.size();
        for (const policy::PortRule& rule : layer_.ports)
            if (rule.access == group.access)
                rows.push_back(rule_row(labels_, rows.size() == before ? key : std::string(),
                                        rule.first == rule.last
                                            ? fmt::format("{}", rule.first)
                                            : fmt::format("{}-{}", rule.first, rule.last),
                                        rule.origins));
        if (rows.size() == before) rows.push_back(rule_row(labels_, key, "none", {}));
    }

    const policy::Layer& layer_;
    bool is_base_;  // a further layer says nothing of what it leaves alone
    const SourceLabels& labels_;
    const std::optional<ShownKernel>& kernel_;
};

std::string layer_title(const policy::Rules& rules, std::size_t index, const SourceLabels& labels,
                        const Terminal& terminal) {
    if (rules.layers.size() < 2) return "";
    std::string text =
        section_title(fmt::format("Layer {} of {}", index + 1, rules.layers.size()), terminal);
    if (index > 0)
        text += "  " +
                terminal.dim(from_text(labels, rules.layers[index].origin) +
                             "; narrows those before it") +
                "\n";
    return text;
}

}  // namespace

std::string layer_text(const policy::Rules& rules, std::size_t index, const SourceLabels& labels,
                       const Terminal& terminal, const std::optional<ShownKernel>& kernel) {
    const LayerText layer(rules, index, labels, kernel);
    return layer_title(rules, index, labels, terminal) + layer.files(terminal) +
           layer.ports(terminal) + layer.scopes(terminal);
}

}  // namespace ringfence::cli
