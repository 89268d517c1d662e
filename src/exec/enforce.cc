// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/enforce.h"

#include "exec/capabilities.h"
#include "exec/missing_path.h"
#include "exec/rule_path.h"
#include "exec/sys.h"
#include "landlock/syscalls.h"

namespace ringfence::exec {

using landlock::Access;
using landlock::Support;

namespace {

constexpr int quiet_abi = 10;
constexpr int log_flags_abi = 7;
constexpr int no_new_privs_abi = 11;

// Makes the rulesets, layer after layer, as the options come.
class Builder {
  public:
    Builder(const Arguments& arguments, const Plan& plan, const Support& support,
            Rulesets* rulesets, Failure* failure)
        : arguments_(arguments),
          paths_(arguments, plan),
          plan_(plan),
          support_(support),
          rulesets_(rulesets),
          failure_(failure) {}

    bool start_layer();
    bool restricts_files() const;
    bool take(const Option& option);

  private:
    bool take_path(const Option& option);
    bool add_path(const PathRule& rule, Access access, unsigned flags);
    bool add_to_file(int fd, const PathRule& rule, Access access, long error);
    bool take_port(const Option& option);

    int ruleset() const { return rulesets_->fds[rulesets_->count - 1]; }

    const Arguments& arguments_;
    RulePaths paths_;
    const Plan& plan_;
    const Support& support_;
    Rulesets* rulesets_;
    Failure* failure_;
    Access handled_;
};

bool Builder::restricts_files() const {
    for (int i = 0; i < plan_.layer_count; ++i)
        if ((plan_.layers[i].handled() & support_.known()).fs != 0) return true;
    return false;
}

bool Builder::start_layer() {
    const LayerPlan& layer = plan_.layers[rulesets_->count];
    handled_ = layer.handled() & support_.known();
    int& fd = rulesets_->fds[rulesets_->count++];
    fd = -1;
    if (handled_.empty()) return true;
    const bool lift_refer =
        landlock::lifts_refer(handled_, layer.unrestricted & support_.known(), restricts_files());
    if (lift_refer) handled_ |= landlock::refer;
    landlock::RulesetAttr attr;
    attr.handled_access_fs = handled_.fs;
    attr.handled_access_net = handled_.net;
    attr.scoped = handled_.scope;
    if (support_.abi >= quiet_abi) attr.quiet_access_fs = handled_.fs;
    const long result = landlock::create_ruleset(&attr, sizeof attr, 0);
    if (result < 0) {
        set_failure(failure_, report::exit_cannot_enforce, result,
                    "cannot create a Landlock ruleset", "");
        return false;
    }
    fd = static_cast<int>(result);
    if (!lift_refer) return true;
    const char root[] = "/";  // on the stack: a constant's address would need a relocation
    return add_path({landlock::refer, root, false, false}, landlock::refer, 0);
}

bool Builder::take(const Option& option) {
    switch (option.kind) {
        case OptionKind::layer:
            return start_layer();
        case OptionKind::path_group:
        case OptionKind::allow:
        case OptionKind::quiet:
            return take_path(option);
        case OptionKind::port_group:
            return take_port(option);
        default:
            return true;
    }
}

bool Builder::take_path(const Option& option) {
    PathRule rule;
    if (!parse_path_rule(option, &rule, failure_)) return false;
    const bool quiet = option.kind == OptionKind::quiet;
    const Access access = rule.access & handled_;
    // A right that this layer does not restrict needs no rule. Quiet rules need ABI 10.
    if (ruleset() < 0 || (quiet ? support_.abi < quiet_abi || handled_.fs == 0 : access.empty()))
        return true;
    return add_path(rule, access, quiet ? landlock::flag_of("quiet") : 0);
}

bool Builder::add_path(const PathRule& rule, Access access, unsigned flags) {
    const long handle = paths_.open(rule.path, failure_);
    if (handle == RulePaths::refused) return false;
    if (handle < 0) {
        if (is_left_out(arguments_, rule, handle)) return true;
        refuse_path(arguments_, rule, handle, failure_);
        return false;
    }
    const int fd = static_cast<int>(handle);
    const landlock::PathBeneathAttr attr = {access.fs, fd};
    const long result =
        landlock::add_rule(ruleset(), landlock::RuleType::path_beneath, &attr, flags);
    if (result >= 0 && flags == 0) ++rulesets_->rules;
    const bool done = result >= 0 || add_to_file(fd, rule, access, result);
    sys::close(fd);
    return done;
}

// Most rules are on directories, so the type of the file is not looked at. The kernel says EINVAL
// if a right does not apply to this type.
bool Builder::add_to_file(int fd, const PathRule& rule, Access access, long error) {
    const Access applicable = access & landlock::file_rights();
    // This layer does not restrict the rights of the group that a file can have, so there is
    // nothing to allow.
    if (error == -sys::einval && applicable.empty() && rule.group &&
        !(rule.access & landlock::file_rights()).empty())
        return true;
    if (error == -sys::einval && applicable.empty()) {
        failure_->status = report::exit_refused;
        failure_->error = sys::einval;
        failure_->text.clear();
        failure_->text.add("a rule on ")
            .add(rule.path)
            .add(" has only rights on directories, and it is not a directory");
        return false;
    }
    if (error == -sys::einval && applicable != access) {
        const landlock::PathBeneathAttr attr = {applicable.fs, fd};
        error = landlock::add_rule(ruleset(), landlock::RuleType::path_beneath, &attr, 0);
        if (error >= 0) {
            ++rulesets_->rules;
            return true;
        }
    }
    set_failure(failure_, report::exit_refused, error, "the kernel refuses the rule on ",
                rule.path);
    return false;
}

bool Builder::take_port(const Option& option) {
    PortRule rule;
    if (!parse_port_rule(option, &rule, failure_)) return false;
    const Access access = rule.access & handled_;
    if (ruleset() < 0 || access.empty()) return true;
    for (std::uint32_t port = rule.first; port <= rule.last; ++port) {
        const landlock::NetPortAttr attr = {access.net, port};
        const long result = landlock::add_rule(ruleset(), landlock::RuleType::net_port, &attr, 0);
        if (result < 0) {
            set_failure(failure_, report::exit_refused, result,
                        "the kernel refuses the rule of option ", option.argument);
            return false;
        }
        ++rulesets_->rules;
    }
    return true;
}

unsigned restrict_flags(const Plan& plan, const Support& support) {
    if (support.abi < log_flags_abi) return 0;
    unsigned flags = 0;
    if ((plan.log & log_new_exec) != 0) flags |= landlock::flag_of("log_new_exec_on");
    if ((plan.log & log_same_exec) == 0) flags |= landlock::flag_of("log_same_exec_off");
    if ((plan.log & log_subdomains) == 0) flags |= landlock::flag_of("log_subdomains_off");
    return flags;
}

int innermost_of(const Rulesets& rulesets) {
    int last = rulesets.count - 1;
    while (last >= 0 && rulesets.fds[last] < 0)
        --last;
    return last;
}

long enter_domain(int ruleset, unsigned flags, const Support& support, bool* set_no_new_privs) {
    long result = landlock::restrict_self(ruleset, flags);
    if (result != -sys::eperm) return result;
    if (support.abi >= no_new_privs_abi) {
        result = landlock::restrict_self(ruleset, flags | landlock::flag_of("no_new_privs"));
    } else {
        result = sys::set_no_new_privs();
        if (result >= 0) result = landlock::restrict_self(ruleset, flags);
    }
    if (result >= 0) *set_no_new_privs = true;
    return result;
}

// Landlock's three calls have the same numbers on every architecture, also for the 32-bit programs
// of x86-64 and aarch64; those of x32 have another bit set. So the filter need not know the
// architecture. The error is that of a kernel in which Landlock is not enabled, which programs with
// an optional sandbox expect.
long forbid_landlock() {
    constexpr std::uint16_t load = 0x20, mask = 0x54, jump_if_at_least = 0x35, jump_if_more = 0x25,
                            answer = 0x06;
    constexpr std::uint32_t x32_bit = 0x40000000, number_offset = 0;
    constexpr std::uint32_t allow = 0x7fff0000, error = 0x00050000 | sys::eopnotsupp;
    const sys::FilterStep steps[] = {
        {load, 0, 0, number_offset},
        {mask, 0, 0, ~x32_bit},
        {jump_if_at_least, 0, 2, landlock::number_create_ruleset},
        {jump_if_more, 1, 0, landlock::number_restrict_self},
        {answer, 0, 0, error},
        {answer, 0, 0, allow},
    };
    return sys::add_filter({sizeof steps / sizeof steps[0], steps});
}

bool is_so(const StandIn& stand_in) {
    if (stand_in.check == StandInCheck::absent) {
        const long result = sys::access_exists(stand_in.path);
        return result == -sys::enoent || result == -sys::enotdir || result == -sys::eacces;
    }
    sys::FileIdentity identity;
    return sys::identify(sys::at_fdcwd, stand_in.path, &identity) >= 0 && identity.is_mounted;
}

bool close_landlock(Outcome* outcome, Failure* failure) {
    long result = forbid_landlock();
    if (result == -sys::eacces) {  // as for Landlock: no CAP_SYS_ADMIN and no no_new_privs
        result = sys::set_no_new_privs();
        if (result >= 0) result = forbid_landlock();
        if (result >= 0) outcome->no_new_privs = true;
    }
    if (result >= 0) return true;
    set_failure(failure, report::exit_cannot_enforce, result,
                "the kernel does not accept the filter of --forbid-landlock", "");
    return false;
}

}  // namespace

bool build_rulesets(const Arguments& arguments, const Plan& plan, const Support& support,
                    Rulesets* ret, Failure* failure) {
    Builder builder(arguments, plan, support, ret, failure);
    if (!builder.start_layer()) return false;
    Arguments::Cursor cursor = arguments.begin();
    for (const char* argument = cursor.next(); argument != nullptr; argument = cursor.next()) {
        Option option;
        if (!parse_option(argument, &option, failure) || !builder.take(option)) return false;
    }
    return true;
}

void check_stand_ins(const Arguments& arguments, Outcome* outcome) {
    Access missing;
    Arguments::Cursor cursor = arguments.begin();
    for (const char* argument = cursor.next(); argument != nullptr; argument = cursor.next()) {
        Option option;
        StandIn stand_in;
        Failure none;  // make_plan() has read all of them
        if (!parse_option(argument, &option, &none) || option.kind != OptionKind::stand_in ||
            !parse_stand_in(option, &stand_in, &none))
            continue;
        (is_so(stand_in) ? outcome->stood_in : missing) |= stand_in.right;
    }
    outcome->stood_in = outcome->stood_in - missing;
    outcome->not_stood_in = missing;
    outcome->unenforced |= missing;
}

bool restrict_self(const Plan& plan, const Support& support, const Rulesets& rulesets,
                   const Tag& tag, Outcome* ret, Failure* failure) {
    Outcome outcome;
    outcome.support = support;
    outcome.unenforced = unenforced(plan, support);
    outcome.rules = rulesets.rules;
    sys::set_comm(tag.text);  // only the review needs it, so a failure does not stop the start
    const unsigned flags = restrict_flags(plan, support);
    // Each layer is a subdomain of the one before. So only the innermost layer may silence
    // subdomains: those are the program's own.
    constexpr unsigned silence = landlock::flag_of("log_subdomains_off");
    const int innermost = innermost_of(rulesets);
    for (int i = 0; i <= innermost; ++i) {
        if (rulesets.fds[i] < 0) continue;
        const long result = enter_domain(rulesets.fds[i], i == innermost ? flags : flags & ~silence,
                                         support, &outcome.no_new_privs);
        if (result < 0) {
            set_failure(failure, report::exit_cannot_enforce, result,
                        "the kernel refuses to enforce the ruleset", "");
            if (result == -sys::e2big)
                failure->text.add(
                    "; Landlock stacks at most 16 domains, those of the service manager included");
            return false;
        }
        ++outcome.layers;
    }
    if (plan.forbids_landlock && !close_landlock(&outcome, failure)) return false;
    // The last step: entering a domain without no_new_privs needs CAP_SYS_ADMIN.
    if (plan.dropped != 0 && !drop_capabilities(plan.dropped, &outcome.no_new_privs, failure))
        return false;
    *ret = outcome;
    return true;
}

}  // namespace ringfence::exec
