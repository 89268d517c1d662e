// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/plan.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "cli/enable/enable.h"
#include "cli/site/config.h"
#include "cli/site/enable_files.h"
#include "dropin/attachment.h"
#include "policy/resolve/for_unit.h"

namespace ringfence::cli {

namespace {

using dropin::Fenced;
using dropin::PlannedFile;

struct Choice {
    std::string request;  // the policy that the request file names; empty: another file does
    std::string because;
};

class EnablePlanner {
  public:
    EnablePlanner(Site& site, Manager* manager, const EnableOptions& options)
        : site_(site), manager_(manager), options_(options), policies_(site.policy_access()) {}

    Result<std::vector<EnableChange>> plan(const std::vector<std::string>& operands) {
        for (const std::string& operand : operands) {
            auto change = prepare(operand);
            if (!change) add(change.error());
            if (change) changes_.push_back(std::move(*change));
        }
        if (problems_.empty()) judge();
        if (!problems_.empty()) return tl::unexpected(problems_);
        return std::move(changes_);
    }

  private:
    void add(const Diagnostics& more) {
        problems_.insert(problems_.end(), more.begin(), more.end());
    }

    Result<EnableChange> prepare(const std::string& operand) {
        auto target = TargetFinder(site_, manager_).find(operand);
        if (!target) return tl::unexpected(target.error());
        EnableChange change;
        change.name = target->name;
        if (auto wrong = check_kind(*target); !wrong) return tl::unexpected(wrong.error());
        const std::string path = request_path(site_, target->name.full);
        const auto there = check_owner(path);
        if (!there) return tl::unexpected(there.error());
        const auto choice = choose(*target, *there);
        if (!choice) return tl::unexpected(choice.error());
        change.because = choice->because;
        const bool asks = !options_.keep_static || !choice->request.empty();
        if (asks)
            write(change, path,
                  request_text({target->name.full, choice->request, !options_.keep_static,
                                site_.units.scope}));
        if (!options_.keep_static) return change;
        if (auto done = add_static(change, operand); !done) return tl::unexpected(done.error());
        return change;
    }

    Result<void> check_kind(const Target& target) const {
        const std::string& name = target.name.full;
        if (target.transient)
            return fail(target.sources.fragment,
                        name + " is a transient unit of systemd-run(1): it has no file that stays",
                        "start the program with ringfence-exec(1) instead");
        if (target.hidden && !options_.keep_static)
            return fail(
                target.sources.fragment,
                "another generator makes " + name + ", so ringfence's generator cannot see it",
                "use --static");
        if (!options_.keep_static && !target.statics.empty())
            return fail(target.statics.front().path, name + " has a static fence already",
                        "write it again with --static, or remove it with ringfence disable first");
        if (options_.keep_static && target.name.kind == unit::NameKind::template_name)
            return fail("", "--static fences one unit, and " + name + " is a template",
                        "name its instances");
        for (std::size_t i = 0; i < target.sources.dropins.size(); ++i)
            if (target.sources.dropins[i].file_name() == dropin::usual_file_name &&
                target.sources.dropin_texts[i].empty())
                return fail(target.sources.dropins[i].path,
                            "this empty file switches the fence of " + name + " off", "remove it");
        return {};
    }

    // The text of the file, or an empty text if there is no file. Errors: the file is not ours.
    Result<std::string> check_owner(const std::string& path) const {
        const auto text = site_.root.read(path);
        if (!text && text.error().value() == ENOENT) return std::string();
        if (!text) return fail(path, "cannot be read: " + text.error().message());
        const Ownership owner = ownership_of(*text);
        if (owner == Ownership::foreign)
            return fail(path, "ringfence did not write this file", "rename it or remove it");
        if (owner == Ownership::changed)
            return fail(path, "this file was changed since ringfence wrote it",
                        "move the changes to a drop-in of another name and remove it");
        return *text;
    }

    // Chooses the policy from the unit's files, without the request file that will be replaced.
    Result<Choice> choose(const Target& target, const std::string& request) const {
        const std::string& name = target.name.full;
        unit::Sources others = target.sources;
        const std::string path = request_path(site_, name);
        for (std::size_t i = others.dropins.size(); i-- > 0;)
            if (others.dropins[i].path == path) others.dropin_texts[i].clear();
        const auto attachment = dropin::read_attachment(unit::parse(others));
        if (const auto* elsewhere = first_name(attachment))
            return choose_elsewhere(attachment, *elsewhere, name);
        if (attachment.rules || !attachment.open_names.empty())
            return Choice{options_.policy, options_.policy.empty() ? "as its own files say" : ""};
        if (!options_.policy.empty()) return named(options_.policy);
        if (const std::string last = policy_of_request(request); !last.empty())
            return Choice{last, "as before"};
        return find_policy(target);
    }

    // The first policy that counts. An optional policy that does not exist does not count.
    const policy::Name* first_name(const dropin::Attachment& attachment) const {
        for (const policy::Name& name : attachment.policies)
            if (!name.optional || !policy::file_of(site_.root, site_.policies, name.name).empty())
                return &name;
        return nullptr;
    }

    Result<Choice> choose_elsewhere(const dropin::Attachment& attachment,
                                    const policy::Name& elsewhere, const std::string& unit) const {
        const auto is_given = [&](const auto& name) { return name.name == options_.policy; };
        const auto& names = attachment.policies;
        if (options_.policy.empty() || std::any_of(names.begin(), names.end(), is_given))
            return Choice{"", "as " + to_string(elsewhere.where) + " says"};
        tl::unexpected<Diagnostics> wrong =
            fail("", unit + " has the policy " + elsewhere.name + " already",
                 "change it there, or leave --policy away");
        wrong.value().front().where = elsewhere.where;
        return wrong;
    }

    Result<Choice> named(const std::string& policy) const {
        const auto& names = policies_.names;
        if (std::find(names.begin(), names.end(), policy) != names.end())
            return Choice{policy, "as --policy says"};
        return fail("--policy", "there is no policy \"" + policy + "\"", hint_for(policy));
    }

    std::string hint_for(const std::string& word) const {
        const std::string near = nearest(word, policies_.names);
        if (!near.empty()) return "did you mean " + near + "?";
        std::string all;
        for (const std::string& name : policies_.names)
            all += (all.empty() ? "there are: " : ", ") + name;
        return all.empty() ? "there are none in /etc/ringfence/policies and its siblings" : all;
    }

    Result<Choice> find_policy(const Target& target) const {
        std::vector<std::string> names = target.sources.names;
        if (target.name.kind == unit::NameKind::instance)
            names.push_back(target.name.template_of());
        const auto listed = policy::policies_for(site_.root, site_.policies, names);
        if (listed.size() == 1) return Choice{listed[0].policy, "as " + listed[0].file + " says"};
        if (listed.size() > 1)
            return fail("",
                        fmt::format("the policies {} and {} are both for {}", listed[0].policy,
                                    listed[1].policy, target.name.full),
                        "choose with --policy");
        const std::string& prefix = target.name.prefix;
        if (const std::string file = policy::file_of(site_.root, site_.policies, prefix);
            !file.empty())
            return Choice{prefix, "after its name"};
        return fail("", "no policy is for " + target.name.full,
                    "name one with --policy; " + hint_for(prefix));
    }

    void write(EnableChange& change, const std::string& path, const std::string& text) {
        const auto there = site_.root.read(path);
        if (!there || *there != text) change.writes.push_back({path, text});
        site_.root.pretend(path, text);
    }

    // The static fence is rendered from the unit as it will be with its request file, and for any
    // kernel: nobody writes it anew when another one boots.
    Result<void> add_static(EnableChange& change, const std::string& operand) {
        const auto target = TargetFinder(site_, manager_).find(operand);
        if (!target) return tl::unexpected(target.error());
        dropin::Wrapper wrapper = site_.wrapper();
        wrapper.kernel_abi = 0;
        const auto file = dropin::plan_unit(site_.root, target->sources, policies_, wrapper);
        const auto fenced = check_fenced(file ? &*file : nullptr, change.name.full);
        if (!fenced) return tl::unexpected(fenced.error());
        const std::string path = dropin_parent(site_) + "/" + (*fenced)->file.path;
        const auto there = site_.root.read(path);
        if (there)
            if (auto owned = check_owner(path); !owned) return tl::unexpected(owned.error());
        for (const unit::Dropin& old : target->statics) {
            if (auto owned = check_owner(old.path); !owned) return tl::unexpected(owned.error());
            if (old.path != path) change.removes.push_back(old.path);
        }
        write(change, path, static_text((*fenced)->file.text, change.name.full, site_.units.scope));
        take_from(change, **fenced, path);
        return {};
    }

    static void take_from(EnableChange& change, const Fenced& fenced, const std::string& path) {
        change.policy = fenced.policy;
        change.digest = fenced.digest;
        change.dropin = path;
    }

    // Checks what the generator will make of the units after the changes.
    void judge() {
        if (options_.keep_static) return;
        const dropin::Plan plan = site_.plan();
        for (EnableChange& change : changes_) {
            const PlannedFile* own = nullptr;
            for (const PlannedFile& file : plan.files) {
                if (file.unit == change.name.full) own = &file;
                // An instance of the template that cannot be fenced because of its own files.
                const auto name = unit::parse_service_name(file.unit);
                if (name && name->template_of() == change.name.full && !file.reasons().empty())
                    add(file.reasons());
            }
            const auto fenced = check_fenced(own, change.name.full);
            if (!fenced)
                add(fenced.error());
            else
                take_from(change, **fenced,
                          generator_directory(site_) + "/" + (*fenced)->file.path);
        }
    }

    Result<const Fenced*> check_fenced(const PlannedFile* file, const std::string& unit) const {
        if (file == nullptr)
            return fail("", unit + " would not be fenced",
                        "it must have ExecStart=, and no drop-in after " +
                            std::string(request_name) + " may reset X-LandlockPolicy=");
        if (const Fenced* fenced = file->fenced()) return fenced;
        if (file->is_open()) return fail("", unit + " cannot be fenced");
        return tl::unexpected(file->reasons());
    }

    Site& site_;
    Manager* manager_;
    const EnableOptions& options_;
    dropin::Policies policies_;
    std::vector<EnableChange> changes_;
    Diagnostics problems_;
};

}  // namespace

Result<std::vector<EnableChange>> plan_enable(Site& site, Manager* manager,
                                              const std::vector<std::string>& operands,
                                              const EnableOptions& options) {
    return EnablePlanner(site, manager, options).plan(operands);
}

Result<void> check_loaded(const LoadedUnit& loaded, const std::string& dropin) {
    const auto wrong = [&](const std::string& what, const std::string& hint) {
        return fail("", loaded.id + ": " + what, hint);
    };
    if (loaded.load_state != "loaded")
        return wrong("systemd has it as " + loaded.load_state,
                     "systemctl status " + loaded.id + " says why");
    const auto& files = loaded.dropins;
    if (!dropin.empty() && loaded.dropins_problem.empty() &&
        std::find(files.begin(), files.end(), dropin) == files.end())
        return wrong("systemd does not have " + dropin,
                     "if the file is missing, the generator did not run: look for "
                     "ringfence-generator in the journal");
    const auto fenced = [](const LoadedCommand& command) {
        return wrapped_command(command).has_value();
    };
    if (loaded.commands.empty() ||
        !std::all_of(loaded.commands.begin(), loaded.commands.end(), fenced))
        return wrong("systemd has a command that does not run through " RINGFENCE_WRAPPER,
                     "systemctl cat " + loaded.id + " shows which file comes last");
    return {};
}

}  // namespace ringfence::cli
