// SPDX-License-Identifier: LGPL-2.1-or-later
// ringfence-exec: restrict this process and execute the service. The order of the steps is the
// contract of DESIGN.md §7: nothing is done before everything is checked, and there is no way from
// a failure to execve.
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

// --help and --version stand alone, so that no unit can hold them by accident and succeed.
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

// Everything up to the restriction, which is the last thing that may fail before execve.
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
    return build_rulesets(process->arguments, process->plan, process->support, &process->rulesets,
                          failure) &&
           restrict_self(process->plan, process->support, process->rulesets, tag, &process->outcome,
                         failure);
}

}  // namespace

/// The whole program; `random` is AT_RANDOM's 16 bytes. Returns the exit status of a failure.
int run(char** argv, char** envp, const unsigned char* random) {
    if (argv[0] == nullptr || argv[1] == nullptr) return usage();
    if (answer_about_itself(argv)) return 0;

    Environment environment(envp);
    const Tag tag = make_tag(environment, random);
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
