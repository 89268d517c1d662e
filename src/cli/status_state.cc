// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/status_state.h"

#include <algorithm>

#include "cli/config.h"
#include "cli/enable_files.h"
#include "cli/exit_status.h"
#include "landlock/report.h"

namespace ringfence::cli {

namespace {

using dropin::Outcome;

constexpr StateRow state_rows[] = {
    {State::unattached, "unattached", exit_not_fenced},
    {State::hidden, "hidden", exit_not_fenced},
    {State::masked, "masked", exit_not_fenced},
    {State::refused, "refused", exit_not_fenced},
    {State::not_generated, "not-generated", exit_not_fenced},
    {State::unfenced, "unfenced", exit_not_fenced},
    {State::stale, "stale", exit_due},
    {State::outdated, "outdated", exit_due},
    {State::unknown, "unknown", exit_failure},
    {State::degraded, "degraded", exit_success},
    {State::enforced, "enforced", exit_success},
    {State::attached, "attached", exit_success},
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
        if (status_.running && status_.state != State::unfenced)
            status_.unenforced = status_.running->unenforced;
        return std::move(status_);
    }

  private:
    void because(const std::string& reason) { status_.reasons.push_back(reason); }

    State find_state() {
        if (!evidence_.planned) return without_plan();
        if (const auto state = from_plan()) return *state;
        if (const auto state = from_disk()) return *state;
        if (!evidence_.loaded) return State::attached;
        if (const auto state = from_systemd()) return *state;
        return evidence_.loaded->runs() ? running() : stopped();
    }

    State without_plan() {
        if (loaded_.fenced) {
            because("nothing asks for this fence any more: systemctl daemon-reload takes it away");
            return State::stale;
        }
        if (status_.running) because("what runs is fenced until it is restarted");
        return State::unattached;
    }

    std::optional<State> from_plan() {
        const Outcome outcome = evidence_.planned->outcome;
        if (outcome == Outcome::fenced) return std::nullopt;
        for (const Diagnostic& reason : evidence_.planned->reasons)
            because(to_string(reason));
        if (status_.running) because("what runs was started before that, fenced");
        if (outcome == Outcome::masked) return State::masked;
        return evidence_.hidden ? State::hidden : State::refused;
    }

    std::optional<State> from_disk() {
        if (!evidence_.on_disk) return not_generated(evidence_.dropin + " is missing");
        if (!evidence_.stamp && !evidence_.is_static)
            return not_generated("the generator did not come to its end");
        if (*evidence_.on_disk == evidence_.planned->text) return std::nullopt;
        because(evidence_.is_static
                    ? "the policy or the unit was changed: ringfence enable --static " +
                          evidence_.unit
                    : "the policy or the unit was changed: systemctl daemon-reload");
        return State::stale;
    }

    State not_generated(const std::string& what) {
        because(what +
                ": systemctl daemon-reload, and look for ringfence-generator in the journal");
        if (!evidence_.loaded || loaded_.fenced) return State::not_generated;
        because(
            "only AssertPathExistsGlob= of ringfence enable keeps its next start from being "
            "unfenced");
        if (evidence_.loaded->runs() && !status_.running && evidence_.journal_complete) {
            because("what runs is not fenced");
            return State::unfenced;
        }
        return State::not_generated;
    }

    std::optional<State> from_systemd() {
        const LoadedUnit& unit = *evidence_.loaded;
        if (unit.load_state == "masked") {
            because("systemd has it masked");
            return State::masked;
        }
        if (unit.load_state != "loaded") {
            because("systemd has it as " + unit.load_state + ": systemctl status " + unit.id);
            return State::refused;
        }
        if (unit.needs_reload || loaded_.digest != status_.digest || !loaded_.refusal.empty()) {
            // Without the wrapper, and nothing to be reloaded: another file comes last.
            if (loaded_.fenced || unit.needs_reload || lacks_dropin(unit)) {
                because("systemd has an older version of it: systemctl daemon-reload");
                return State::stale;
            }
        }
        if (loaded_.fenced || !has_command(unit)) return std::nullopt;
        because("systemd has a command that does not run through " RINGFENCE_WRAPPER
                ": systemctl cat " +
                unit.id + " shows which file comes last");
        return State::unfenced;
    }

    bool lacks_dropin(const LoadedUnit& unit) const {
        return std::find(unit.dropins.begin(), unit.dropins.end(), evidence_.dropin) ==
               unit.dropins.end();
    }

    State running() {
        if (!status_.running) return without_report();
        if (status_.running->layers == 0) {
            because(status_.running->error);
            return State::refused;
        }
        if (status_.running->digest != status_.digest) {
            because("it runs behind another version of the fence: systemctl restart " +
                    evidence_.unit);
            return State::outdated;
        }
        return status_.running->status == report::status_degraded ? State::degraded
                                                                  : State::enforced;
    }

    State without_report() {
        if (evidence_.journal_complete) {
            because("it was started without a fence: systemctl restart " + evidence_.unit);
            return State::unfenced;
        }
        because("the journal does not have the wrapper's report of its start");
        return State::unknown;
    }

    State stopped() {
        const auto& report = evidence_.report;
        if (!report || report->status != report::status_refused) return State::attached;
        // Mended since, as the digest tells.
        if (report->digest != status_.digest) return State::attached;
        because("the last start was refused: " + report->error);
        return State::refused;
    }

    const Evidence& evidence_;
    Status status_;
    Loaded loaded_;
};

}  // namespace

const StateRow& state_row(State state) {
    return *std::find_if(std::begin(state_rows), std::end(state_rows),
                         [&](const StateRow& row) { return row.state == state; });
}

Status judge(const Evidence& evidence) {
    return Judge(evidence).judge();
}

}  // namespace ringfence::cli
