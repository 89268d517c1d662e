// SPDX-License-Identifier: LGPL-2.1-or-later
// ringfence-exec: restricts this process and executes the service. The order of the steps matters
// (ARCHITECTURE.md, "At the start of a service"): nothing is done before every option is checked,
// and no failure leads to execve(2).
#include "exec/enforce.h"
#include "exec/program.h"
#include "exec/sys.h"

namespace ringfence::exec {

namespace {

void write_stdout(std::string_view text) {
    sys::write(1, text.data(), text.size());
}

int usage() {
    constexpr std::string_view text =
        "ringfence-exec: usage: ringfence-exec [OPTION...] -- PROGRAM [ARGUMENT...]; --help lists "
        "the options\n";
    sys::write(2, text.data(), text.size());
    return report::exit_usage;
}

// --help and --version must be the only argument, so that a unit cannot contain one of them by
// accident and succeed without its program.
bool answer_about_itself(char* const* argv) {
    const std::string_view argument = argv[1];
    if (argv[2] != nullptr || (argument != "--help" && argument != "--version")) return false;
    if (argument == "--help")
        write_help(write_stdout);
    else
        write_stdout("ringfence-exec " RINGFENCE_VERSION "\n");
    return true;
}

struct Process {
    Arguments arguments;
    Plan plan;
    landlock::Support support;
    Rulesets rulesets;
    Outcome outcome;
    const char* program = nullptr;
    Failure failure;
    ProgramPath found;
};

// All steps up to the restriction. After that, only execve(2) can still fail.
bool put_up_fence(Process* process, Reporter* reporter, char* const* argv, const Tag& tag) {
    Failure* const failure = &process->failure;
    if (!process->arguments.load(argv, failure)) return false;
    const bool planned = make_plan(process->arguments, &process->plan, failure);
    if (process->arguments.program() != nullptr)
        reporter->set_program(*process->arguments.program());
    if (!planned) return false;
    if (process->plan.refuse) {
        failure->text.add(process->plan.refusal);
        return false;
    }
    process->support = landlock::probe();
    if (!check_support(process->plan, process->support, failure)) return false;
    process->program =
        find_program(process->plan, *process->arguments.program(), &process->found, failure);
    if (process->program == nullptr) return false;
    reporter->set_program(process->program);
    reporter->connect();
    if (!build_rulesets(process->arguments, process->plan, process->support, &process->rulesets,
                        failure) ||
        !restrict_self(process->plan, process->support, process->rulesets, tag, &process->outcome,
                       failure))
        return false;
    if (process->plan.stands_in) check_stand_ins(process->arguments, &process->outcome);
    return true;
}

}  // namespace

/// The whole program. `random` points to the 16 bytes of AT_RANDOM. Returns only on failure, with
/// the exit status; and after --help and --version.
int run(char** argv, char** envp, const unsigned char* random) {
    if (argv[0] == nullptr || argv[1] == nullptr) return usage();
    if (answer_about_itself(argv)) return 0;

    Environment environment(envp);
    const Tag tag = make_tag(random);
    Process process;
    Reporter reporter(process.plan, environment, tag);
    if (put_up_fence(&process, &reporter, argv, tag)) {
        reporter.enforced(process.outcome);
        execute(process.arguments, process.plan, process.program, &environment, &process.failure);
        reporter.exec_failed(process.failure, process.support);
    } else {
        reporter.refused(process.failure, process.support);
    }
    return process.plan.failure_status != 0 ? process.plan.failure_status : process.failure.status;
}

}  // namespace ringfence::exec
