// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/interop/landlockd.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/escape.h"
#include "base/path.h"
#include "landlock/groups.h"
#include "landlock/rights.h"
#include "policy/interop/landlockd_file.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

constexpr Access refer_right = landlock::access_of("fs.refer");

// No program starts without these system calls. The filter applies to the wrapper, too, which
// starts the service's program.
constexpr std::string_view needed_to_start[] = {"openat"};

/// The root without slashes at its end; empty for "/", which is no other root.
std::string trimmed_root(std::string root) {
    while (root.ends_with('/'))
        root.pop_back();
    return root;
}

/// A path as a word of a directive: special characters are escaped, and a path with blanks or
/// quotes stands in quotes.
std::string directive_path(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == '%' || c == '\\') out += c;
        if (c == ':') out += '\\';
        out += c;
    }
    return out.find_first_of(" \t\"'") == std::string::npos ? out : '"' + out + '"';
}

class LandlockdDrafter {
  public:
    LandlockdDrafter(const LandlockdFile& from, const std::string& file)
        : from_(from), root_(trimmed_root(from.root)) {
        draft_.head = {"Made by `ringfence import` from the landlockd policy " + file + ".",
                       "Review it: what has no equivalent here is named at the end."};
        draft_.inherit = false;
        draft_.inherit_comment =
            "landlockd has no such rules; true adds those of the unit's settings";
    }

    Draft make() {
        draft_ports();
        draft_layers();
        draft_broker();
        draft_mounts();
        draft_runtime();
        draft_seccomp();
        draft_.rules.unrestricted = unrestricted(first_open() - refer_right);
        if (!left_out_.empty()) {
            draft_.tail = {"Not taken over:"};
            draft_.tail.insert(draft_.tail.end(), left_out_.begin(), left_out_.end());
        }
        return std::move(draft_);
    }

  private:
    void directive(const char* key, const std::string& value, const char* from) {
        draft_.systemd.push_back({key, value, from});
    }
    void leave_out(std::string line) { left_out_.push_back("- " + std::move(line)); }

    /// A path as the service sees it in its root. Nothing for a path outside of the root.
    std::optional<std::string> inside(const std::string& path) const {
        if (root_.empty()) return path;
        if (!covers(root_, path)) return {};
        return path.size() == root_.size() ? "/" : path.substr(root_.size());
    }
    /// The same; a path outside is named at the end of the draft.
    std::optional<std::string> place(const std::string& path, const std::string& what) {
        auto inner = inside(path);
        if (!inner)
            leave_out(fmt::format("{} {}: outside of runtime.root, where the service cannot see it",
                                  what, path));
        return inner;
    }

    static std::vector<DraftRight> unrestricted(const Access& open) {
        std::vector<DraftRight> all;
        for (const landlock::Right& right : landlock::rights)
            if (open.contains(right.access())) all.push_back({right.access(), ""});
        return all;
    }

    void draft_ports() {
        for (const LandlockdPort& rule : from_.ports)
            for (const landlock::PortGroup& group : landlock::port_groups)
                if (rule.access.contains(group.access))
                    draft_.rules.ports.push_back({rule.port, rule.port, group.access, ""});
    }

    void draft_layers() {
        Access handled = from_.net_handled;
        for (const LandlockdLayer& layer : from_.layers)
            handled |= layer.handled;
        draft_.abi = std::max(landlock::abi_needed(handled), 1);
        known_ = landlock::known_at(draft_.abi);
        for (const landlock::ScopeGroup& scope : landlock::scope_groups)
            if (known_.contains(scope.access))
                draft_.rules.free_scopes.push_back({scope.access, ""});
        if (from_.layers.empty() && known_.contains(refer_right))
            draft_.rules.paths.push_back(
                {"/", false, refer_right, "no right on files is restricted"});
        for (std::size_t i = 0; i < from_.layers.size(); ++i) {
            if (i == 0)
                draft_rules(from_.layers[i], draft_.rules);
            else
                draft_further_layer(from_.layers[i]);
        }
        if (from_.layers.size() > 1)
            draft_.head.emplace_back(
                "Its layers are stacked, as in landlockd: what a layer handles must be granted in "
                "it.");
    }

    void draft_further_layer(const LandlockdLayer& layer) {
        DraftRuleset rules;
        draft_rules(layer, rules);
        rules.network = rules.scope = false;
        rules.unrestricted =
            unrestricted(of_family(known_, landlock::Family::fs) - layer.handled - refer_right);
        draft_.layers.push_back(std::move(rules));
    }

    // The broker opens files outside of all layers, so each layer has to allow what it opens.
    void draft_rules(const LandlockdLayer& layer, DraftRuleset& rules) {
        for (const LandlockdRule& rule : layer.rules)
            if (const auto path = place(rule.path.value, "rule on"))
                rules.paths.push_back({escape_expansions(*path), false, rule.access, ""});
        for (const BrokeredPath& opened : from_.brokered) {
            const Access access = opened.access & layer.handled;
            if (const auto path = inside(opened.path); path && !access.empty())
                rules.paths.push_back(
                    {escape_expansions(*path), true, access, "broker." + opened.key});
        }
    }

    /// The fs and net rights that the policy itself leaves unrestricted: those that the first layer
    /// and [net] do not handle.
    Access first_open() const {
        Access open{known_.fs, known_.net & ~from_.net_handled.net, 0};
        if (!from_.layers.empty()) open.fs &= ~from_.layers.front().handled.fs;
        return open;
    }

    void draft_broker() {
        for (const BrokeredPath& opened : from_.brokered)
            place(opened.path, "broker." + opened.key);
        if (from_.layers.empty() && !from_.brokered.empty())
            leave_out("broker: without an fs_layer, the service can open these files itself");
        for (const OnRequest& row : from_.on_request)
            leave_out(fmt::format("broker.{}: {}", row.key, row.advice));
    }

    void draft_mounts() {
        for (const std::string& path : from_.tmpfs)
            if (const auto inner = place(path, "mount.tmpfs"))
                directive("TemporaryFileSystem", directive_path(*inner), "mount.tmpfs");
        for (const LandlockdBind& bind : from_.binds)
            if (const auto inner = place(bind.target, "mount.bind"))
                directive(bind.read_only ? "BindReadOnlyPaths" : "BindPaths",
                          directive_path(bind.source) + ":" + directive_path(*inner), "mount.bind");
        for (const std::string& path : from_.proc) {
            const auto inner = place(path, "mount.proc");
            if (inner == "/proc" && !root_.empty())
                directive("MountAPIVFS", "yes", "mount.proc");
            else if (inner && inner != "/proc")
                leave_out("mount.proc " + *inner + ": systemd mounts /proc only");
        }
    }

    void draft_runtime() {
        if (!from_.root.empty())
            leave_out(
                fmt::format("runtime.root: write RootDirectory={} into the unit; the paths "
                            "above are those inside it",
                            from_.root));
        if (!from_.cwd.empty())
            directive("WorkingDirectory", directive_path(from_.cwd), "runtime.cwd");
    }

    void draft_seccomp() {
        std::string calls;
        for (const std::string& name : from_.denied) {
            if (std::find(std::begin(needed_to_start), std::end(needed_to_start), name) !=
                std::end(needed_to_start))
                leave_out(fmt::format("seccomp.deny {}: no program starts without it", name));
            else
                calls += (calls.empty() ? "" : " ") + name;
        }
        if (calls.empty()) return;
        directive("SystemCallFilter", "~" + calls, "seccomp.deny");
        if (from_.denied_errno)
            directive("SystemCallErrorNumber", std::to_string(*from_.denied_errno),
                      "seccomp.errno");
        else
            directive("SystemCallErrorNumber", "EPERM", "seccomp.errno is not given");
    }

    const LandlockdFile& from_;
    const std::string root_;
    Access known_;  ///< by the draft's ABI
    Draft draft_;
    std::vector<std::string> left_out_;
};

}  // namespace

Result<Draft> import_landlockd(const Value& root, const std::string& file) {
    return read_landlockd(root).map(
        [&](const LandlockdFile& from) { return LandlockdDrafter(from, file).make(); });
}

}  // namespace ringfence::policy
