// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show_text.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "cli/diagnostic_text.h"
#include "cli/show_words.h"
#include "cli/source_labels.h"
#include "landlock/groups.h"
#include "policy/enforcement.h"

namespace ringfence::cli {

using landlock::Access;
using policy::Origin;
using policy::Rules;

namespace {

constexpr std::size_t widest_text = 100;  // of prose, where the terminal's width is not known

struct ShownRow {
    std::array<std::string, 3> cells;  // "what", "which", "from"
    std::vector<std::string> notes;    // below it, wrapped
};

/// Words in lines of at most `width` columns.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> lines(1);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string word = text.substr(at, end - at);
        if (!lines.back().empty() && columns_of(lines.back()) + 1 + columns_of(word) > width)
            lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
        at = end + 1;
    }
    return lines;
}

std::string joined(const std::vector<std::string>& words, const char* between = ", ") {
    return fmt::format("{}", fmt::join(words, between));
}

class SubjectWriter {
  public:
    SubjectWriter(const Subject& subject, const Terminal& terminal,
                  const std::optional<Kernel>& kernel)
        : subject_(subject),
          rules_(*subject.rules),
          terminal_(terminal),
          kernel_(kernel),
          labels_(*subject.rules) {}

    std::string write() {
        add_head();
        for (std::size_t i = 0; i < rules_.layers.size(); ++i) {
            if (rules_.layers.size() > 1) add_layer_title(i);
            add_files(rules_.layers[i]);
            add_ports(rules_.layers[i]);
            add_scopes(rules_.layers[i]);
        }
        add_quiet();
        add_directives();
        add_removed();
        add_waiting();
        add_kernel();
        add_sources();
        return std::move(text_);
    }

  private:
    std::size_t width() const { return terminal_.columns.value_or(widest_text); }

    void title(const std::string& text) { text_ += "\n" + terminal_.bold(text) + "\n"; }

    void setting(const char* name, const std::string& value, const Origin& origin = {}) {
        const std::string from = from_text(origin);
        text_ += fmt::format("  {:<14} {}{}\n", name, visible(value),
                             from.empty() ? "" : "  " + terminal_.dim(from));
    }

    void add_head() {
        std::string head = visible(subject_.name);
        if (subject_.unit) {
            head += fmt::format(": fenced by {}", visible(rules_.name));
            if (subject_.unit->unit != subject_.name)
                head += fmt::format(" (as {})", visible(subject_.unit->unit));
        }
        text_ += terminal_.bold(head) + "\n";
        if (!rules_.description.empty()) setting("description", rules_.description);
        if (!rules_.documentation.empty())
            setting("documentation", joined(rules_.documentation, " "));
        if (!rules_.units.empty()) setting("written for", joined(rules_.units));
        setting("abi", fmt::format("{}", rules_.layers.front().abi), rules_.abi_origin);
        const bool all = rules_.minimum_abi == policy::minimum_abi_all;
        const bool is_default = rules_.minimum_abi_origin.where.file.empty();
        setting("minimum_abi",
                (all ? "all" : fmt::format("{}", rules_.minimum_abi)) +
                    (is_default ? " (default)" : ""),
                rules_.minimum_abi_origin);
        const char* inherits = subject_.unit ? "yes: the rules below include the unit's own"
                                             : "yes: a unit's programs and directories are added";
        setting("inherit", rules_.inherit ? inherits : "no", rules_.inherit_origin);
        setting("digest", rules_.digest);
        add_kernel_line();
        if (subject_.unit) setting("drop-in", subject_.unit->path + " (--drop-in prints it)");
    }

    void add_kernel_line() {
        if (!kernel_) return;
        const policy::Enforcement enforcement = policy::enforcement_at(rules_, kernel_->abi);
        std::string text = fmt::format("ABI {}: {}", kernel_->abi, word_of(enforcement));
        if (!enforcement.starts())
            text += ": " + refusal_of(enforcement, rules_);
        else if (!enforcement.unenforced.empty())
            text += "; not enforced: " + joined(right_names(enforcement.unenforced));
        setting(kernel_->running ? "this kernel" : "kernel", text);
    }

    void add_layer_title(std::size_t index) {
        const policy::Layer& layer = rules_.layers[index];
        title(fmt::format("Layer {} of {}", index + 1, rules_.layers.size()));
        if (index > 0)
            text_ +=
                "  " + terminal_.dim(from_text(layer.origin) + "; narrows those before it") + "\n";
    }

    // How a file came in ("nginx > tls") stands once, where its whole path does.
    std::string from_text(const Origin& origin) const {
        std::string text = visible(labels_.place(origin.where));
        if (origin.policy.empty() && !origin.reason.empty())
            text += fmt::format("{}({})", text.empty() ? "" : " ", visible(origin.reason));
        return text;
    }

    ShownRow row_of(std::string what, std::string which, const std::vector<Origin>& origins) const {
        ShownRow row{{std::move(what), std::move(which), ""}, {}};
        for (const Origin& origin : origins) {
            const std::string from = from_text(origin);
            if (!from.empty()) row.cells[2] += (row.cells[2].empty() ? "" : ", ") + from;
            if (!origin.policy.empty() && !origin.reason.empty())
                row.notes.push_back(visible(origin.reason));
        }
        return row;
    }

    // The last column is cut off where it does not fit, and goes on in lines of its own.
    void table(const char* heading, const std::vector<ShownRow>& rows) {
        if (rows.empty()) return;
        title(heading);
        std::array<std::size_t, 2> widths = {};
        for (const ShownRow& row : rows)
            for (std::size_t i = 0; i < widths.size(); ++i)
                widths[i] = std::max(widths[i], columns_of(row.cells[i]));
        widths[0] = std::min<std::size_t>(widths[0], 44);
        widths[1] = std::min<std::size_t>(widths[1], 34);
        for (const ShownRow& row : rows)
            add_row(row, widths);
    }

    void add_row(const ShownRow& row, const std::array<std::size_t, 2>& widths) {
        const auto which = wrapped(row.cells[1], widths[1]);
        std::string line = "  " + padded(row.cells[0], widths[0]);
        line += "  " + padded(which.front(), widths[1]);
        const std::string& from = row.cells[2];
        const std::size_t used = columns_of(line) + 2;
        if (from.empty()) {
            text_ += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        } else if (!terminal_.columns || used + columns_of(from) <= width()) {
            text_ += line + "  " + terminal_.dim(from) + "\n";
        } else {
            text_ += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
            for (const std::string& part : wrapped(from, width() - 8))
                text_ += "        " + terminal_.dim(part) + "\n";
        }
        for (std::size_t i = 1; i < which.size(); ++i)
            text_ += std::string(widths[0] + 4, ' ') + which[i] + "\n";
        for (const std::string& note : row.notes)
            for (const std::string& part : wrapped(note, width() - 8))
                text_ += "      " + terminal_.dim("# " + part) + "\n";
    }

    static std::string padded(const std::string& text, std::size_t width) {
        const std::size_t columns = columns_of(text);
        return columns >= width ? text : text + std::string(width - columns, ' ');
    }

    static std::string path_text(const std::string& path, bool optional) {
        return (optional ? "-" : " ") + visible(path);
    }

    Access enforceable() const {
        return landlock::known_at(kernel_ && !kernel_->running ? kernel_->abi
                                                               : landlock::newest_abi);
    }

    std::string rights_text(const Access& access, const policy::Layer& layer) const {
        const Access enforced = access & enforceable();
        if (enforced.empty()) return "(not restricted)";
        const Access handled = policy::handled_by(layer) & enforceable();
        auto words = group_keys(enforced, handled);
        if (words.empty()) words = right_names(enforced);
        return joined(words);
    }

    void add_files(const policy::Layer& layer) {
        std::vector<ShownRow> rows;
        for (const policy::PathRule& rule : layer.paths)
            rows.push_back(row_of(path_text(rule.path, rule.optional),
                                  rights_text(rule.access, layer), rule.origins));
        const bool restricted = policy::handled_by(layer).fs != 0;
        for (const landlock::Right& right : landlock::rights)
            if (right.family == landlock::Family::fs && restricted &&
                layer.unrestricted.contains(right.access()))
                rows.push_back(row_of(std::string(" ") + right.name, "unrestricted",
                                      places(layer, right.access())));
        if (rows.empty() && restricted) rows.push_back(row_of(" (none)", "", {}));
        table(restricted ? "Files (what is not listed is denied)" : "Files", rows);
    }

    static std::vector<Origin> places(const policy::Layer& layer, const Access& access) {
        std::vector<Origin> origins;
        for (const policy::HandlingOrigin& entry : layer.handling)
            if (entry.access.contains(access)) origins.push_back(entry.origin);
        return origins;
    }

    // Why a layer leaves a right or scope alone; empty when it restricts it.
    std::string why_free(const policy::Layer& layer, const Access& access) const {
        const int needed = landlock::abi_needed(access);
        if (!landlock::known_at(layer.abi).contains(access))
            return fmt::format("needs abi = {}", needed);
        if (!policy::handled_by(layer).contains(access)) return "unrestricted";
        if (!enforceable().contains(access)) return fmt::format("kernel needs ABI {}", needed);
        return "";
    }

    void add_ports(const policy::Layer& layer) {
        std::vector<ShownRow> rows;
        for (const landlock::PortGroup& group : landlock::port_groups) {
            const std::string free = why_free(layer, group.access);
            const std::string key = std::string(" ") + group.key;
            if (!free.empty()) {
                rows.push_back(
                    row_of(key, fmt::format("any ({})", free), places(layer, group.access)));
                continue;
            }
            const std::size_t before = rows.size();
            for (const policy::PortRule& rule : layer.ports)
                if (rule.access == group.access)
                    rows.push_back(row_of(rows.size() == before ? key : std::string(),
                                          rule.first == rule.last
                                              ? fmt::format("{}", rule.first)
                                              : fmt::format("{}-{}", rule.first, rule.last),
                                          rule.origins));
            if (rows.size() == before) rows.push_back(row_of(key, "none", {}));
        }
        const bool silent = policy::handled_by(layer).net == 0 && &layer != &rules_.layers.front();
        if (!silent) table("Ports", rows);
    }

    void add_scopes(const policy::Layer& layer) {
        std::vector<ShownRow> rows;
        for (const landlock::ScopeGroup& scope : landlock::scope_groups) {
            const std::string free = why_free(layer, scope.access);
            rows.push_back(
                row_of(std::string(" ") + scope.key,
                       free.empty() ? "own processes only" : fmt::format("any process ({})", free),
                       places(layer, scope.access)));
        }
        const bool silent = layer.scopes.empty() && &layer != &rules_.layers.front();
        if (!silent) table("Scopes", rows);
    }

    void add_quiet() {
        std::vector<ShownRow> rows;
        for (const policy::QuietPath& quiet : rules_.quiet)
            rows.push_back(row_of(path_text(quiet.path, quiet.optional), "", quiet.origins));
        table("Denials that are not logged", rows);
    }

    void add_directives() {
        std::vector<ShownRow> rows;
        for (const policy::Directive& directive : rules_.systemd)
            rows.push_back(row_of(" " + visible(directive.key + "=" + directive.value), "",
                                  {directive.origin}));
        table("Directives for the unit", rows);
    }

    void add_removed() {
        std::vector<ShownRow> rows;
        for (const policy::Removal& removal : rules_.removed)
            rows.push_back(row_of(" " + visible(removal.what), "", {removal.origin}));
        table("Taken away by drop-ins", rows);
    }

    void add_rights(const Access& access) {
        for (const landlock::Right& right : landlock::rights)
            if (access.contains(right.access()))
                text_ +=
                    fmt::format("   {:<27} ABI {:<2}  {}\n", right.name, right.abi, right.help);
    }

    void add_waiting() {
        const Access waiting = policy::waiting_rights(rules_);
        if (waiting.empty()) return;
        title(fmt::format("Newer than the policy (abi = {}), so not restricted",
                          rules_.layers.front().abi));
        add_rights(waiting);
    }

    void add_kernel() {
        if (!kernel_) return;
        const policy::Enforcement enforcement = policy::enforcement_at(rules_, kernel_->abi);
        title(fmt::format("On {} with Landlock ABI {}: {}",
                          kernel_->running ? "this machine's kernel" : "a kernel", kernel_->abi,
                          enforcement.starts() ? word_of(enforcement) : "refuses to start"));
        const std::string why = refusal_of(enforcement, rules_);
        if (!why.empty()) text_ += fmt::format("  {}\n", why);
        if (!enforcement.unenforced.empty()) {
            text_ += enforcement.starts() ? "  It does not know these, so all of them is allowed:\n"
                                          : "  It does not know these:\n";
            add_rights(enforcement.unenforced);
        }
        if (enforcement.denies_refer)
            text_ +=
                "  It denies fs.refer (renaming and linking between directories) whatever the "
                "rules say.\n";
    }

    void add_sources() {
        std::size_t widest = 0;
        for (const SourceLabels::Row& row : labels_.rows())
            widest = std::max(widest, columns_of(visible(row.label)));
        if (!labels_.rows().empty()) title("From");
        for (const SourceLabels::Row& row : labels_.rows()) {
            std::string note = row.chain.empty() ? "" : "  " + visible(row.chain);
            if (row.drop_in) note += ", drop-in";
            text_ += fmt::format("  {}  {}{}\n", padded(visible(row.label), widest),
                                 visible(row.path), terminal_.dim(note));
        }
    }

    const Subject& subject_;
    const Rules& rules_;
    const Terminal& terminal_;
    const std::optional<Kernel>& kernel_;
    SourceLabels labels_;
    std::string text_;
};

// A unit without rules: refused, masked, or left open among the instances of a template.
std::string without_rules(const Subject& subject, const Terminal& terminal) {
    const dropin::PlannedFile& unit = *subject.unit;
    if (unit.outcome == dropin::Outcome::nothing)
        return terminal.bold(visible(subject.name)) +
               ": not fenced; the fence of its template is not for this instance\n";
    std::string text = terminal.bold(visible(subject.name)) + ": " + terminal.red("refused") +
                       ", it will not start\n";
    if (!unit.path.empty()) text += fmt::format("  {:<14} {}\n", "drop-in", visible(unit.path));
    return text;
}

}  // namespace

std::string subject_text(const Subject& subject, const Terminal& terminal,
                         const std::optional<Kernel>& kernel) {
    if (!subject.rules) return without_rules(subject, terminal);
    return SubjectWriter(subject, terminal, kernel).write();
}

}  // namespace ringfence::cli
