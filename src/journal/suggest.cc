// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/suggest.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/literal_path.h"
#include "journal/generalise.h"
#include "journal/suspicion.h"
#include "journal/utf8.h"
#include "landlock/groups.h"
#include "landlock/rights.h"

namespace ringfence::journal {

namespace {

using landlock::Access;
using landlock::access_of;

// That many denied files of one directory are worth a word about the directory.
constexpr std::size_t many_files = 4;
constexpr std::size_t many_files_of_listed = 2;

constexpr Access loads = access_of("fs.execute") | access_of("fs.read_file");
constexpr Access creates = access_of("fs.make_reg") | access_of("fs.make_dir") |
                           access_of("fs.make_sym") | access_of("fs.make_fifo") |
                           access_of("fs.make_sock");
constexpr Access changes_file = access_of("fs.write_file") | access_of("fs.truncate");
constexpr Access removes = access_of("fs.remove_file") | access_of("fs.refer");
constexpr Access writes =
    access_of("fs.write_file") | access_of("fs.remove_file") | access_of("fs.remove_dir");

// The rights that blockers name; nothing when one of them is no right.
std::optional<Access> access_of_names(const std::vector<std::string>& names) {
    Access all;
    for (const std::string& name : names) {
        const landlock::Right* right = landlock::find_right(name.data(), name.size());
        if (right == nullptr) return std::nullopt;
        all |= right->access();
    }
    return all;
}

bool overlap(const Access& a, const Access& b) {
    return !(a & b).empty();
}

// Denied rights that only make sense on a directory say that the object is one.
bool is_directory(const Access& denied) {
    return overlap(denied, landlock::known_at(landlock::newest_abi) - landlock::file_rights());
}

Access effective(const landlock::PathGroup& group, bool directory) {
    return directory ? group.access : group.access & landlock::file_rights();
}

// The two cases where a group may grant more than was denied (suggest.h).
bool worth_more(const landlock::PathGroup& group, const PathProposal& proposal) {
    const Access grants = effective(group, proposal.directory);
    if (!grants.contains(proposal.denied)) return false;
    if (!proposal.directory && proposal.denied.contains(access_of("fs.execute")))
        return grants == loads;
    return proposal.directory && overlap(proposal.denied, creates) &&
           overlap(proposal.denied, writes);
}

void choose_group(PathProposal& proposal) {
    proposal.directory = proposal.directory || is_directory(proposal.denied);
    proposal.grants = proposal.denied;
    for (const landlock::PathGroup& group : landlock::path_groups) {
        const Access grants = effective(group, proposal.directory);
        if (grants != proposal.denied && !worth_more(group, proposal)) continue;
        proposal.key = group.key;
        proposal.grants = grants;
        return;
    }
}

std::string unusable(const std::string& path) {
    constexpr std::string_view deleted = " (deleted)";
    if (!path.starts_with('/')) return "the record has no path that a rule could name";
    if (path.ends_with(deleted)) return "the file is deleted";
    if (!is_utf8(path)) return "its name is no UTF-8 and cannot be written in TOML";
    return {};
}

// What is known of one path before it is decided how to propose it.
struct Gathered {
    PathProposal proposal;
    std::optional<std::int64_t> pid;
    bool replaced = false;
    std::set<Unit> units;
    std::vector<Denial> denials;  // for a refusal
};
using GatheredPaths = std::map<std::string, Gathered>;

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string name_in_directory(const std::string& path) {
    return path.substr(path.find_last_of('/') + 1);
}

// Moves a path's denials to its directory, or to /proc.
void move_to(GatheredPaths& paths, const std::string& path, const std::string& directory,
             const std::string& why) {
    auto moved = paths.extract(path);
    Gathered& from = moved.mapped();
    Gathered& into = paths[directory];
    into.proposal.path = directory;
    into.proposal.denied |= from.proposal.denied;
    into.proposal.evidence.add(from.proposal.evidence);
    into.proposal.directory = true;
    if (into.proposal.suspicion.empty()) into.proposal.suspicion = from.proposal.suspicion;
    if (into.proposal.why.empty()) into.proposal.why = why;
    into.units.insert(from.units.begin(), from.units.end());
    into.denials.insert(into.denials.end(), from.denials.begin(), from.denials.end());
}

// Gathers the denials of one policy.
class Builder {
  public:
    Builder(std::string policy, const SuggestOptions& options)
        : policy_(std::move(policy)), options_(options) {}
    void add(const Denial& denial);
    Suggestion build();

  private:
    std::string add_path(const Denial& denial, const Access& denied);
    std::string add_port(const Denial& denial, const Access& denied);
    void generalise_processes();
    void generalise_names();
    void generalise_replaced();
    void refuse(const std::string& path, const std::string& reason);
    void write_with_specifiers(Gathered& gathered) const;
    std::vector<DirectoryNote> notes(const std::vector<PathProposal>& proposals) const;

    std::string policy_;
    const SuggestOptions& options_;
    GatheredPaths paths_;
    std::map<std::pair<std::string, std::uint16_t>, Evidence> ports_;
    std::vector<Refusal> refused_;
};

std::string Builder::add_path(const Denial& denial, const Access& denied) {
    const std::string& path = denial.what.path;
    if (std::string reason = unusable(path); !reason.empty()) return reason;
    const std::string suspected = suspicion(path, denied);
    if (!suspected.empty() && !options_.force) return suspected;
    Gathered& gathered = paths_[path];
    PathProposal& proposal = gathered.proposal;
    proposal.path = path;
    proposal.denied |= denied;
    proposal.evidence.add(denial.tally);
    if (!suspected.empty()) proposal.suspicion = suspected;
    gathered.pid = denial.tally.pid;
    gathered.replaced = gathered.replaced || denial.tally.replaced;
    gathered.units.insert(denial.attribution.unit);
    gathered.denials.push_back(denial);
    return {};
}

void Builder::refuse(const std::string& path, const std::string& reason) {
    const auto refused = paths_.extract(path);
    for (const Denial& denial : refused.mapped().denials)
        refused_.push_back({denial, reason});
}

void Builder::generalise_processes() {
    std::vector<std::string> found;
    for (const auto& [path, gathered] : paths_)
        if (names_process(path)) found.push_back(path);
    for (const std::string& path : found)
        move_to(paths_, path, "/proc",
                fmt::format("{} and its kin: the process ID is another one at each start; this "
                            "shows other processes, too",
                            found.front()));
}

void Builder::generalise_names() {
    std::map<std::pair<std::string, std::string>, std::pair<Variation, std::vector<std::string>>>
        alike;
    for (const auto& [path, gathered] : paths_) {
        if (is_directory(gathered.proposal.denied)) continue;
        const Shape shape = shape_of(name_in_directory(path), gathered.pid);
        if (shape.variation == Variation::none) continue;
        auto& [variation, names] = alike[{directory_of(path), shape.pattern}];
        variation = std::max(variation, shape.variation);
        names.push_back(path);
    }
    for (const auto& [key, found] : alike) {
        const auto& [directory, pattern] = key;
        const auto& [variation, names] = found;
        if (names.size() < evidence_needed(variation)) continue;
        const bool shared = is_shared_directory(directory);
        if (shared && variation < Variation::random) continue;
        for (const std::string& path : names) {
            if (shared)
                refuse(path, fmt::format("is a temporary name in {}, which services share: no rule "
                                         "can name it. PrivateTmp= or a directory of its own "
                                         "(RuntimeDirectory=) helps",
                                         directory));
            else
                move_to(paths_, path, directory,
                        fmt::format("{}: {} like {}", name_of(variation), names.size(), pattern));
        }
    }
}

void Builder::generalise_replaced() {
    std::vector<std::pair<std::string, std::string>> moves;
    for (const auto& [path, gathered] : paths_) {
        const std::string directory = directory_of(path);
        if (is_directory(gathered.proposal.denied) || is_shared_directory(directory)) continue;
        const auto parent = paths_.find(directory);
        const bool renames = parent != paths_.end() &&
                             overlap(gathered.proposal.denied, changes_file) &&
                             overlap(parent->second.proposal.denied, creates) &&
                             overlap(parent->second.proposal.denied, removes);
        if (gathered.replaced || renames) moves.emplace_back(path, directory);
    }
    for (const auto& [path, directory] : moves)
        move_to(paths_, path, directory,
                fmt::format("{} is replaced by renaming: a rule on the file would be lost",
                            name_in_directory(path)));
}

// All units of the policy must agree: it is one text for all of them.
void Builder::write_with_specifiers(Gathered& gathered) const {
    PathProposal& proposal = gathered.proposal;
    proposal.written = literal_path(proposal.path);
    if (!options_.aliases) return;
    std::optional<std::pair<std::string, std::string>> agreed;
    for (const Unit& unit : gathered.units) {
        std::pair<std::string, std::string> here(proposal.written, "");
        for (const PathAlias& alias : options_.aliases(unit)) {
            const bool beneath =
                proposal.path == alias.prefix || proposal.path.starts_with(alias.prefix + "/");
            if (!beneath) continue;
            here = {alias.written + literal_path(proposal.path.substr(alias.prefix.size())),
                    alias.why};
            break;
        }
        if (agreed && agreed->first != here.first) return;
        if (!agreed) agreed = here;
    }
    if (!agreed || agreed->second.empty()) return;
    proposal.written = agreed->first;
    proposal.why += (proposal.why.empty() ? "" : "; ") + agreed->second;
}

std::string Builder::add_port(const Denial& denial, const Access& denied) {
    // The kernel does not write port 0; binding it asks for an ephemeral port.
    if (!denial.what.port && denial.what.remote) return "the record has no port";
    for (const landlock::PortGroup& group : landlock::port_groups)
        if (overlap(group.access, denied))
            ports_[{group.key, denial.what.port.value_or(0)}].add(denial.tally);
    return {};
}

void Builder::add(const Denial& denial) {
    const auto denied = access_of_names(denial.what.rights);
    std::string reason;
    if (denial.what.many)
        reason = "too many different objects were denied to tell them apart";
    else if (!denied)
        reason = "no rule of a policy can allow it";
    else if (denied->scope != 0)
        reason =
            "a scope is lifted as a whole, not for one object: decide it in the policy's [scope]";
    else if (denied->net != 0)
        reason = add_port(denial, *denied);
    else
        reason = add_path(denial, *denied);
    if (!reason.empty()) refused_.push_back({denial, std::move(reason)});
}

std::vector<DirectoryNote> Builder::notes(const std::vector<PathProposal>& proposals) const {
    std::map<std::pair<std::string, std::string>, DirectoryNote> found;
    for (const PathProposal& proposal : proposals) {
        const std::size_t slash = proposal.path.find_last_of('/');
        if (proposal.directory || proposal.key.empty() || slash == 0) continue;
        const std::string directory = proposal.path.substr(0, slash);
        DirectoryNote& note = found[{directory, proposal.key}];
        note.directory = directory;
        note.key = proposal.key;
        ++note.files;
        const auto listed = paths_.find(directory);
        note.listed = listed != paths_.end() &&
                      overlap(listed->second.proposal.denied, access_of("fs.read_dir"));
    }
    std::vector<DirectoryNote> kept;
    for (const auto& [key, note] : found)
        if (note.files >= (note.listed ? many_files_of_listed : many_files)) kept.push_back(note);
    return kept;
}

Suggestion Builder::build() {
    Suggestion suggestion;
    suggestion.policy = policy_;
    generalise_processes();
    generalise_names();
    generalise_replaced();
    for (auto& [path, gathered] : paths_) {
        PathProposal& proposal = gathered.proposal;
        choose_group(proposal);
        write_with_specifiers(gathered);
        if (options_.allows_path && options_.allows_path(policy_, proposal))
            ++suggestion.allowed;
        else
            suggestion.paths.push_back(proposal);
    }
    std::stable_sort(suggestion.paths.begin(), suggestion.paths.end(),
                     [](const PathProposal& a, const PathProposal& b) {
                         return std::tuple(a.key.empty(), a.key) < std::tuple(b.key.empty(), b.key);
                     });
    for (const auto& [key, evidence] : ports_) {
        const PortProposal proposal{key.second, key.first, evidence};
        if (options_.allows_port && options_.allows_port(policy_, proposal))
            ++suggestion.allowed;
        else
            suggestion.ports.push_back(proposal);
    }
    suggestion.notes = notes(suggestion.paths);
    suggestion.refused = std::move(refused_);
    return suggestion;
}

}  // namespace

landlock::Access PortProposal::access() const {
    for (const landlock::PortGroup& group : landlock::port_groups)
        if (key == group.key) return group.access;
    return {};
}

void Evidence::add(const Tally& tally) {
    add(Evidence{tally.count, tally.first, tally.last});
}

void Evidence::add(const Evidence& other) {
    count += other.count;
    first = std::min(first, other.first);
    last = std::max(last, other.last);
}

std::vector<Suggestion> suggest(const std::vector<Denial>& denials, const SuggestOptions& options) {
    std::map<std::string, Builder> builders;
    for (const Denial& denial : denials) {
        const std::string& policy = denial.attribution.policy;
        if (denial.attribution.reason == Reason::attributed)
            builders.try_emplace(policy, policy, options).first->second.add(denial);
    }
    std::vector<Suggestion> all;
    for (auto& [policy, builder] : builders)
        all.push_back(builder.build());
    return all;
}

}  // namespace ringfence::journal
