// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/plan.h"

#include <iterator>

namespace ringfence::exec {

using landlock::Access;

namespace {

// Collects the plan, one option at a time.
class Planner {
  public:
    Planner(Plan* plan, Failure* failure) : plan_(plan), failure_(failure) {}
    bool take(const Option& option);

  private:
    LayerPlan& layer() { return plan_->layers[plan_->layer_count - 1]; }
    bool refuse(const Option& option, std::string_view why) {
        return refuse_option(option, why, failure_);
    }
    bool within_abi(const Option& option, const Access& access);
    bool take_path(const Option& option);
    bool take_port(const Option& option);
    bool take_scope(const Option& option);
    bool take_unrestricted(const Option& option);
    bool take_layer(const Option& option);
    bool take_abi(const Option& option);
    bool take_minimum_abi(const Option& option);
    bool take_trust_links(const Option& option);
    bool take_capabilities(const Option& option);
    bool take_failure_status(const Option& option);
    bool take_refusal(const Option& option);
    bool take_stand_in(const Option& option);
    bool take_hidden(const Option& option);
    bool take_quiet(const Option& option);
    bool take_variable(const Option& option);

    Plan* plan_;
    Failure* failure_;
};

// A layer does not handle rights above its ABI. To name one is a mistake of the caller.
bool Planner::within_abi(const Option& option, const Access& access) {
    if (layer().abi == 0) return refuse(option, "--abi=N must stand before the rules of its layer");
    if (landlock::known_at(layer().abi).contains(access)) return true;
    refuse(option, "needs --abi=");
    failure_->text.add(static_cast<std::uint64_t>(landlock::abi_needed(access)))
        .add(" or newer in this layer");
    return false;
}

bool Planner::take_path(const Option& option) {
    PathRule rule;
    if (!parse_path_rule(option, &rule, failure_)) return false;
    // Of a group, the rights that this ABI has are used. Rights by name must all be known.
    return within_abi(option, option.kind == OptionKind::allow ? rule.access : Access{});
}

bool Planner::take_port(const Option& option) {
    PortRule rule;
    return parse_port_rule(option, &rule, failure_) && within_abi(option, rule.access);
}

bool Planner::take_scope(const Option& option) {
    Access scope;
    if (!parse_scope(option, &scope, failure_) || !within_abi(option, scope)) return false;
    layer().scopes |= scope;
    return true;
}

bool Planner::take_unrestricted(const Option& option) {
    Access access;
    if (!parse_rights(option, option.value, &access, failure_)) return false;
    if (access.scope != 0)
        return refuse(option, "a scope is unrestricted when --scope= does not name it");
    if (!within_abi(option, access)) return false;
    layer().unrestricted |= access;
    return true;
}

bool Planner::take_layer(const Option& option) {
    if (layer().abi == 0) return refuse(option, "the layer before it has no --abi=N");
    if (plan_->layer_count == landlock::max_layers)
        return refuse(option, "Landlock stacks at most 16 layers");
    ++plan_->layer_count;
    return true;
}

bool Planner::take_abi(const Option& option) {
    const auto abi = parse_number(option.value, landlock::newest_abi);
    if (!abi || *abi == 0)
        return refuse(option, "not an ABI version that this ringfence-exec knows (1 to 11)");
    if (layer().abi != 0) return refuse(option, "given twice in one layer");
    layer().abi = static_cast<int>(*abi);
    return true;
}

bool Planner::take_minimum_abi(const Option& option) {
    plan_->strict = option.value == "all";
    if (plan_->strict) return true;
    const auto abi = parse_number(option.value, landlock::newest_abi);
    if (!abi || *abi == 0) return refuse(option, "not an ABI version (1 to 11) or \"all\"");
    plan_->minimum_abi = static_cast<int>(*abi);
    return true;
}

bool Planner::take_trust_links(const Option& option) {
    for (const landlock::LinkTrustWord& row : landlock::link_trust_words)
        if (option.value == row.text) {
            plan_->trust = row.trust;
            return true;
        }
    return refuse(option, "not root, others or own");
}

bool Planner::take_capabilities(const Option& option) {
    landlock::CapabilitySet set = 0;
    if (!parse_capabilities(option, &set, failure_)) return false;
    plan_->dropped |= set;
    return true;
}

bool Planner::take_failure_status(const Option& option) {
    const auto status = parse_number(option.value, 255);
    if (!status || *status == 0) return refuse(option, "not an exit status of 1 to 255");
    plan_->failure_status = static_cast<int>(*status);
    return true;
}

bool Planner::take_refusal(const Option& option) {
    plan_->refuse = true;
    plan_->refusal = option.value;
    return true;
}

bool Planner::take_stand_in(const Option& option) {
    StandIn stand_in;
    plan_->stands_in = true;
    return parse_stand_in(option, &stand_in, failure_);
}

bool Planner::take_hidden(const Option& option) {
    Hidden hidden;
    return parse_hidden(option, &hidden, failure_);
}

bool Planner::take_quiet(const Option& option) {
    PathRule rule;
    return parse_path_rule(option, &rule, failure_);
}

bool Planner::take_variable(const Option& option) {
    if (option.value.empty() || contains(option.value, '='))
        return refuse(option, "not the name of a variable");
    plan_->unsets = true;
    if (option.value == "NOTIFY_SOCKET") plan_->hides_notify = true;
    return true;
}

bool Planner::take(const Option& option) {
    switch (option.kind) {
        case OptionKind::path_group:
        case OptionKind::allow:
            return take_path(option);
        case OptionKind::port_group:
            return take_port(option);
        case OptionKind::scope:
            return take_scope(option);
        case OptionKind::unrestricted:
            return take_unrestricted(option);
        case OptionKind::layer:
            return take_layer(option);
        case OptionKind::abi:
            return take_abi(option);
        case OptionKind::minimum_abi:
            return take_minimum_abi(option);
        case OptionKind::trust_links:
            return take_trust_links(option);
        case OptionKind::forbid_landlock:
            plan_->forbids_landlock = true;
            return true;
        case OptionKind::drop_capabilities:
            return take_capabilities(option);
        case OptionKind::stand_in:
            return take_stand_in(option);
        case OptionKind::hidden:
            return take_hidden(option);
        case OptionKind::failure_status:
            return take_failure_status(option);
        case OptionKind::refuse:
            return take_refusal(option);
        case OptionKind::quiet:
            return take_quiet(option);
        case OptionKind::log:
            return parse_words(option, log_words, std::size(log_words), &plan_->log, failure_);
        case OptionKind::report:
            return parse_words(option, report_words, std::size(report_words), &plan_->reports,
                               failure_);
        case OptionKind::policy:
            plan_->policy = option.value;
            return true;
        case OptionKind::digest:
            plan_->digest = option.value;
            return true;
        case OptionKind::argv0:
            plan_->argv0 = option.value.data();
            return true;
        case OptionKind::search_path:
            plan_->search_path = option.value.data();
            return true;
        case OptionKind::unset_environment:
            return take_variable(option);
        case OptionKind::args_fd:
            return true;  // the cursor gives the contents in its place
    }
    return refuse(option, "not handled");
}

bool nothing(Failure* failure, std::string_view why) {
    failure->status = report::exit_cannot_enforce;
    failure->text.clear();
    failure->text.add(why);
    return false;
}

std::string_view why_absent(landlock::Absence absence) {
    switch (absence) {
        case landlock::Absence::not_built:
            return "this kernel has no Landlock: it is older than 5.13 or built without "
                   "CONFIG_SECURITY_LANDLOCK";
        case landlock::Absence::not_enabled:
            return "Landlock is built into this kernel and switched off: add landlock to lsm= on "
                   "its command line";
        case landlock::Absence::refused:
        case landlock::Absence::none:
            break;
    }
    return "the kernel refused to say its Landlock ABI: does a system call filter forbid "
           "landlock_create_ruleset?";
}

}  // namespace

bool make_plan(const Arguments& arguments, Plan* plan, Failure* failure) {
    Planner planner(plan, failure);
    Arguments::Cursor cursor = arguments.begin();
    for (const char* argument = cursor.next(); argument != nullptr; argument = cursor.next()) {
        Option option;
        if (!parse_option(argument, &option, failure) || !planner.take(option)) return false;
    }
    if (plan->refuse) return true;  // a refusal needs no rules and no program
    failure->status = report::exit_refused;
    failure->text.clear();
    if (arguments.program() == nullptr) {
        failure->text.add("no program given: \"-- PROGRAM [ARGUMENT...]\" is missing");
        return false;
    }
    if (plan->layers[plan->layer_count - 1].abi == 0) {
        failure->text.add("no --abi=N given");
        if (plan->layer_count > 1) failure->text.add(" in the last --layer");
        return false;
    }
    return true;
}

Access unenforced(const Plan& plan, const landlock::Support& support) {
    Access missing;
    for (int i = 0; i < plan.layer_count; ++i)
        missing |= plan.layers[i].handled() - support.known();
    return missing - landlock::refer;
}

bool check_support(const Plan& plan, const landlock::Support& support, Failure* failure) {
    if (support.abi == 0) return nothing(failure, why_absent(support.absence));
    if (support.abi < plan.minimum_abi) {
        nothing(failure, "the kernel's Landlock has ABI ");
        failure->text.add(static_cast<std::uint64_t>(support.abi))
            .add(", and the policy refuses below ABI ");
        failure->text.add(static_cast<std::uint64_t>(plan.minimum_abi)).add(" (minimum_abi)");
        return false;
    }
    Access enforced;
    for (int i = 0; i < plan.layer_count; ++i)
        enforced |= plan.layers[i].handled() & support.known();
    if (enforced.empty())
        return nothing(failure, "this kernel cannot enforce anything that the policy restricts");
    const Access missing = unenforced(plan, support);
    if (!plan.strict || missing.empty()) return true;
    nothing(failure, "minimum_abi is \"all\", and this kernel cannot enforce ");
    bool first = true;
    for (const landlock::Right& right : landlock::rights) {
        if ((missing & right.access()).empty()) continue;
        failure->text.add(first ? "" : ",").add(right.name);
        first = false;
    }
    return false;
}

}  // namespace ringfence::exec
