// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/status/state.h"

#include <algorithm>

#include "base/overloaded.h"
#include "cli/site/config.h"
#include "cli/status/shortfall.h"
#include "cli/terminal/exit_status.h"
#include "landlock/report.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

using landlock::Access;
using policy::access_of;

namespace {

constexpr StateRow state_rows[] = {
    {"unattached", exit_not_fenced, FenceState::unattached},
    {"hidden", exit_not_fenced, FenceState::hidden},
    {"masked", exit_not_fenced, FenceState::masked},
    {"refused", exit_not_fenced, FenceState::refused},
    {"not-generated", exit_not_fenced, FenceState::not_generated},
    {"unfenced", exit_not_fenced, FenceState::unfenced},
    {"stale", exit_attention, FenceState::stale},
    {"outdated", exit_attention, FenceState::outdated},
    {"unknown", exit_failure, FenceState::unknown},
    {"degraded", exit_attention, FenceState::degraded},
    {"enforced", exit_success, FenceState::enforced},
    {"attached", exit_success, FenceState::attached},
};

// The fence of the next start, as the unit that systemd has loaded says it.
struct LoadedFence {
    bool complete = false;  // every command runs through the wrapper
    std::string digest;
    std::string refusal;
    Access asked;     // what its commands restrict
    Access stood_in;  // rights for which they say that something else stands in
};

LoadedFence read_commands(const LoadedUnit& unit) {
    LoadedFence fence;
    fence.complete = !unit.commands.empty();
    for (const LoadedCommand& command : unit.commands) {
        const auto wrapped = wrapped_command(command);
        fence.complete &= wrapped.has_value();
        if (wrapped && fence.digest.empty()) fence.digest = wrapped->digest;
        if (wrapped && fence.refusal.empty()) fence.refusal = wrapped->refusal;
        if (!wrapped) continue;
        fence.asked |= wrapped->asked;
        fence.stood_in |= wrapped->stood_in;
    }
    return fence;
}

bool has_command(const LoadedUnit& unit) {
    return !unit.commands.empty();
}

class StateJudge {
  public:
    explicit StateJudge(const FenceEvidence& evidence) : evidence_(evidence) {
        status_.unit = evidence.unit;
        status_.is_static = evidence.is_static;
        if (const auto* due = std::get_if<DueFence>(&evidence.due)) {
            status_.policy = due->policy;
            status_.digest = due->digest;
        }
        if (evidence.loaded) {
            status_.active = evidence.loaded->active_state;
            loaded_ = read_commands(*evidence.loaded);
            if (evidence.loaded->runs()) status_.running = evidence.report;
        }
    }

    Status find() {
        status_.state = find_state();
        if (status_.running && status_.state != FenceState::unfenced) {
            unenforced_ |= access_of(status_.running->unenforced);
            status_.stood_in = status_.running->stood_in;
        }
        status_.unenforced = policy::right_names(unenforced_);
        return std::move(status_);
    }

  private:
    void because(const std::string& reason) { status_.reasons.push_back(reason); }

    std::string systemctl(const std::string& verb) const {
        return std::string(systemctl_of(evidence_.scope)) + " " + verb;
    }
    std::string restart() const { return systemctl("restart " + evidence_.unit); }

    FenceState find_state() {
        return std::visit(Overloaded{[&](const NoFence&) { return without_fence(); },
                                     [&](const NoStart& refusal) { return not_starting(refusal); },
                                     [&](const UnseenRequest& unseen) { return open(unseen); },
                                     [&](const DueFence& due) { return with_fence(due); }},
                          evidence_.due);
    }

    FenceState with_fence(const DueFence& due) {
        if (const auto state = from_foreign()) return *state;
        if (const auto state = from_disk(due)) return *state;
        if (!evidence_.loaded) return FenceState::attached;
        if (const auto state = from_systemd()) return *state;
        return evidence_.loaded->runs() ? running() : stopped();
    }

    FenceState without_fence() {
        if (loaded_.complete) {
            because("nothing asks for this fence any more: " + systemctl("daemon-reload") +
                    " removes it");
            return FenceState::stale;
        }
        if (status_.running) because("the running service stays fenced until it is restarted");
        return FenceState::unattached;
    }

    FenceState not_starting(const NoStart& refusal) {
        for (const Diagnostic& reason : refusal.reasons)
            because(to_string(reason));
        if (status_.running) because("the running service was started before that and is fenced");
        return refusal.state;
    }

    FenceState open(const UnseenRequest& unseen) {
        // It had a static fence, which was removed.
        if (loaded_.complete) return without_fence();
        because(unseen.why + ": ringfence enable --static " + evidence_.unit);
        if (status_.running) because("the running service stays fenced until it is restarted");
        return FenceState::unfenced;
    }

    // The generator could not see these files, so neither the disk nor systemd shows what is wrong.
    std::optional<FenceState> from_foreign() {
        const bool undone =
            std::any_of(evidence_.foreign.begin(), evidence_.foreign.end(), [](const auto& dropin) {
                return dropin.effect != dropin::ForeignDropin::Effect::overridden;
            });
        if (evidence_.foreign.empty() || (undone && loaded_.complete)) return std::nullopt;
        for (const dropin::ForeignDropin& dropin : evidence_.foreign)
            because(describe(dropin));
        return undone ? FenceState::unfenced : FenceState::stale;
    }

    std::optional<FenceState> from_disk(const DueFence& due) {
        if (!evidence_.on_disk) return not_generated(evidence_.dropin + " is missing");
        if (!evidence_.stamp && !evidence_.is_static)
            return not_generated("the generator did not finish");
        if (*evidence_.on_disk == due.text) return std::nullopt;
        because(evidence_.is_static
                    ? "the policy or the unit was changed: ringfence enable --static " +
                          evidence_.unit
                    : "the policy or the unit was changed: " + systemctl("daemon-reload"));
        return FenceState::stale;
    }

    FenceState not_generated(const std::string& what) {
        because(what + ": " + systemctl("daemon-reload") +
                ", and look for ringfence-generator in the journal");
        if (!evidence_.loaded || loaded_.complete) return FenceState::not_generated;
        because(
            "only AssertPathExistsGlob= of ringfence enable keeps its next start from being "
            "unfenced");
        if (evidence_.loaded->runs() && !status_.running && evidence_.journal_complete) {
            because("the running service is not fenced");
            return FenceState::unfenced;
        }
        return FenceState::not_generated;
    }

    std::optional<FenceState> from_systemd() {
        const LoadedUnit& unit = *evidence_.loaded;
        if (unit.load_state == "masked") {
            because("systemd has it masked");
            return FenceState::masked;
        }
        if (unit.load_state != "loaded") {
            because("systemd has it as " + unit.load_state + ": " + systemctl("status " + unit.id));
            return FenceState::refused;
        }
        if (unit.needs_reload || loaded_.digest != status_.digest || !loaded_.refusal.empty()) {
            // If a command does not run through the wrapper and a reload would change nothing,
            // another file comes after the generator's drop-in.
            if (loaded_.complete || unit.needs_reload || lacks_dropin(unit)) {
                because("systemd has an older version of it: " + systemctl("daemon-reload"));
                return FenceState::stale;
            }
        }
        if (loaded_.complete || !has_command(unit)) {
            if (unit.dropins_problem.empty()) return std::nullopt;
            because("systemd cannot tell the drop-ins of this unit (" + unit.dropins_problem +
                    "): rename the one whose name is not UTF-8");
            return FenceState::unknown;
        }
        because("systemd has a command that does not run through " RINGFENCE_WRAPPER ": " +
                systemctl("cat " + unit.id) + " shows which file comes last");
        return FenceState::unfenced;
    }

    bool lacks_dropin(const LoadedUnit& unit) const {
        return std::find(unit.dropins.begin(), unit.dropins.end(), evidence_.dropin) ==
               unit.dropins.end();
    }

    FenceState running() {
        if (evidence_.proof == StartProof::none && status_.running) return without_proof();
        if (evidence_.proof == StartProof::command && lacks_report_of(loaded_.digest))
            return as_systemd_started_it();
        if (evidence_.proof == StartProof::recorded && !status_.running &&
            !evidence_.journal_complete)
            return evidence_.recorded == status_.digest ? as_systemd_started_it() : outdated();
        if (!status_.running) return without_report();
        if (status_.running->layers == 0) {
            because(status_.running->error);
            return FenceState::refused;
        }
        if (status_.running->digest != status_.digest) return outdated();
        return how_well();
    }

    FenceState how_well() {
        const Shortfall found = shortfall_of({loaded_.asked, loaded_.stood_in, status_.running,
                                              evidence_.kernel_abi, evidence_.expected_abi});
        unenforced_ = found.unenforced;
        for (const std::string& reason : found.reasons)
            because(reason);
        return found.reasons.empty() ? FenceState::enforced : FenceState::degraded;
    }

    FenceState outdated() {
        because("it runs behind another version of the fence: " + restart());
        return FenceState::outdated;
    }

    bool lacks_report_of(const std::string& digest) const {
        return !status_.running ||
               (status_.running->layers > 0 && status_.running->digest != digest);
    }

    // systemd executed the command of this fence, and the wrapper never starts a program without
    // its fence. So the fence is known without any report.
    FenceState as_systemd_started_it() {
        status_.running.reset();
        return how_well();
    }

    // A report is only the words of its sender.
    FenceState without_proof() {
        status_.running.reset();
        because("only a report says that it is fenced, and the unit may have sent that itself: " +
                std::string(evidence_.scope == unit::Scope::user
                                ? "a user's manager forgets at a daemon-reload what it executed: "
                                : "systemd has no record of a start with a fence: ") +
                restart());
        return FenceState::unknown;
    }

    FenceState without_report() {
        if (evidence_.late_report) because("reports that it sent after its start do not count");
        if (evidence_.proof == StartProof::none && evidence_.journal_complete) {
            because("it was started without a fence: " + restart());
            return FenceState::unfenced;
        }
        because(
            evidence_.proof == StartProof::none
                ? "the journal does not have the wrapper's report of its start"
                : "the journal does not have the wrapper's report of its start: it runs without "
                  "the fence, or a directive keeps the report away, which ringfence check " +
                      evidence_.unit + " names: " + restart());
        return FenceState::unknown;
    }

    FenceState stopped() {
        const auto& report = evidence_.report;
        if (!report || report->status != report::status_refused) return FenceState::attached;
        // The last start was refused, but the fence has changed since: its digest is another one.
        if (report->digest != status_.digest) return FenceState::attached;
        because("the last start was refused: " + report->error);
        return FenceState::refused;
    }

    const FenceEvidence& evidence_;
    Status status_;
    LoadedFence loaded_;
    Access unenforced_;  // of the running service
};

}  // namespace

const StateRow& state_row(FenceState state) {
    return *std::find_if(std::begin(state_rows), std::end(state_rows),
                         [&](const StateRow& row) { return row.state == state; });
}

Status judge(const FenceEvidence& evidence) {
    return StateJudge(evidence).find();
}

KernelStatus with_rights(KernelStatus kernel, const std::vector<Status>& units) {
    Access unenforced;
    for (const Status& unit : units)
        unenforced |= access_of(unit.unenforced);
    kernel.unenforced = policy::right_names(unenforced - landlock::known_at(kernel.abi));
    return kernel;
}

}  // namespace ringfence::cli
