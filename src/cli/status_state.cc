// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/status_state.h"

#include <algorithm>

#include "cli/config.h"
#include "cli/enable_files.h"
#include "cli/exit_status.h"
#include "landlock/report.h"

namespace ringfence::cli {

namespace {

constexpr StateRow state_rows[] = {
    {"unattached", exit_not_fenced, FenceState::unattached},
    {"hidden", exit_not_fenced, FenceState::hidden},
    {"masked", exit_not_fenced, FenceState::masked},
    {"refused", exit_not_fenced, FenceState::refused},
    {"not-generated", exit_not_fenced, FenceState::not_generated},
    {"unfenced", exit_not_fenced, FenceState::unfenced},
    {"stale", exit_due, FenceState::stale},
    {"outdated", exit_due, FenceState::outdated},
    {"unknown", exit_failure, FenceState::unknown},
    {"degraded", exit_success, FenceState::degraded},
    {"enforced", exit_success, FenceState::enforced},
    {"attached", exit_success, FenceState::attached},
};

std::string option_of(const LoadedCommand& command, const std::string& option) {
    const std::string head = "--" + option + "=";
    for (const std::string& argument : command.arguments) {
        if (argument == "--") break;
        if (argument.starts_with(head)) return argument.substr(head.size());
    }
    return "";
}

// What systemd's own copy of the unit says about the next start.
struct Loaded {
    bool fenced = false;  // every command runs through the wrapper
    std::string digest;
    std::string refusal;
};

Loaded read_commands(const LoadedUnit& unit) {
    Loaded loaded;
    loaded.fenced = !unit.commands.empty();
    for (const LoadedCommand& command : unit.commands) {
        loaded.fenced &= command.path == RINGFENCE_WRAPPER;
        if (loaded.digest.empty()) loaded.digest = option_of(command, "digest");
        if (loaded.refusal.empty()) loaded.refusal = option_of(command, "refuse");
    }
    return loaded;
}

bool has_command(const LoadedUnit& unit) {
    return !unit.commands.empty();
}

class Judge {
  public:
    explicit Judge(const Evidence& evidence) : evidence_(evidence) {
        status_.unit = evidence.unit;
        status_.is_static = evidence.is_static;
        if (evidence.planned) {
            status_.policy = evidence.planned->policy;
            status_.digest = option_in(evidence.planned->text, "digest");
        }
        if (evidence.loaded) {
            status_.active = evidence.loaded->active_state;
            loaded_ = read_commands(*evidence.loaded);
            if (evidence.loaded->runs()) status_.running = evidence.report;
        }
    }

    Status judge() {
        status_.state = find_state();
        if (status_.running && status_.state != FenceState::unfenced)
            status_.unenforced = status_.running->unenforced;
        return std::move(status_);
    }

  private:
    void because(const std::string& reason) { status_.reasons.push_back(reason); }

    FenceState find_state() {
        if (!evidence_.planned) return without_plan();
        if (const auto state = from_plan()) return *state;
        if (const auto state = from_disk()) return *state;
        if (!evidence_.loaded) return FenceState::attached;
        if (const auto state = from_systemd()) return *state;
        return evidence_.loaded->runs() ? running() : stopped();
    }

    FenceState without_plan() {
        if (loaded_.fenced) {
            because("nothing asks for this fence any more: systemctl daemon-reload takes it away");
            return FenceState::stale;
        }
        if (status_.running) because("what runs is fenced until it is restarted");
        return FenceState::unattached;
    }

    std::optional<FenceState> from_plan() {
        const dropin::Outcome outcome = evidence_.planned->outcome;
        if (outcome == dropin::Outcome::fenced) return std::nullopt;
        for (const Diagnostic& reason : evidence_.planned->reasons)
            because(to_string(reason));
        if (status_.running) because("what runs was started before that, fenced");
        if (outcome == dropin::Outcome::masked) return FenceState::masked;
        return evidence_.hidden ? FenceState::hidden : FenceState::refused;
    }

    std::optional<FenceState> from_disk() {
        if (!evidence_.on_disk) return not_generated(evidence_.dropin + " is missing");
        if (!evidence_.stamp && !evidence_.is_static)
            return not_generated("the generator did not come to its end");
        if (*evidence_.on_disk == evidence_.planned->text) return std::nullopt;
        because(evidence_.is_static
                    ? "the policy or the unit was changed: ringfence enable --static " +
                          evidence_.unit
                    : "the policy or the unit was changed: systemctl daemon-reload");
        return FenceState::stale;
    }

    FenceState not_generated(const std::string& what) {
        because(what +
                ": systemctl daemon-reload, and look for ringfence-generator in the journal");
        if (!evidence_.loaded || loaded_.fenced) return FenceState::not_generated;
        because(
            "only AssertPathExistsGlob= of ringfence enable keeps its next start from being "
            "unfenced");
        if (evidence_.loaded->runs() && !status_.running && evidence_.journal_complete) {
            because("what runs is not fenced");
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
            because("systemd has it as " + unit.load_state + ": systemctl status " + unit.id);
            return FenceState::refused;
        }
        if (unit.needs_reload || loaded_.digest != status_.digest || !loaded_.refusal.empty()) {
            // Without the wrapper, and nothing to be reloaded: another file comes last.
            if (loaded_.fenced || unit.needs_reload || lacks_dropin(unit)) {
                because("systemd has an older version of it: systemctl daemon-reload");
                return FenceState::stale;
            }
        }
        if (loaded_.fenced || !has_command(unit)) return std::nullopt;
        because("systemd has a command that does not run through " RINGFENCE_WRAPPER
                ": systemctl cat " +
                unit.id + " shows which file comes last");
        return FenceState::unfenced;
    }

    bool lacks_dropin(const LoadedUnit& unit) const {
        return std::find(unit.dropins.begin(), unit.dropins.end(), evidence_.dropin) ==
               unit.dropins.end();
    }

    FenceState running() {
        if (!status_.running) return without_report();
        if (status_.running->layers == 0) {
            because(status_.running->error);
            return FenceState::refused;
        }
        if (status_.running->digest != status_.digest) {
            because("it runs behind another version of the fence: systemctl restart " +
                    evidence_.unit);
            return FenceState::outdated;
        }
        return status_.running->status == report::status_degraded ? FenceState::degraded
                                                                  : FenceState::enforced;
    }

    FenceState without_report() {
        if (evidence_.journal_complete) {
            because("it was started without a fence: systemctl restart " + evidence_.unit);
            return FenceState::unfenced;
        }
        because("the journal does not have the wrapper's report of its start");
        return FenceState::unknown;
    }

    FenceState stopped() {
        const auto& report = evidence_.report;
        if (!report || report->status != report::status_refused) return FenceState::attached;
        // Mended since, as the digest tells.
        if (report->digest != status_.digest) return FenceState::attached;
        because("the last start was refused: " + report->error);
        return FenceState::refused;
    }

    const Evidence& evidence_;
    Status status_;
    Loaded loaded_;
};

}  // namespace

const StateRow& state_row(FenceState state) {
    return *std::find_if(std::begin(state_rows), std::end(state_rows),
                         [&](const StateRow& row) { return row.state == state; });
}

Status judge(const Evidence& evidence) {
    return Judge(evidence).judge();
}

}  // namespace ringfence::cli
