// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the wrapper many times, each time with one fault, and prints the outcomes.
// tests/faults/test_faults.py judges them.
//
//   fault-injector WRAPPER PROBE < SCRIPT
//
// SCRIPT, a line each, words separated by tabs:
//   fixture ...             an object of the tree (tests/matrix/runner.cc)
//   scenario NAME           starts a scenario; what follows belongs to it
//   user ID | journal | notify
//   env NAME=VALUE | option TEXT | item TEXT (NUL-separated on descriptor 7) | program TEXT |
//   action TEXT
//   trace                   prints "call NUMBER NTH" for every system call of the wrapper
//   run KEY=VALUE ...       one run; prints "result", the same keys, and what happened:
//     call= nth= error= persist=   the Nth call of that number (persist: and all later) fails
//     nofile= as= stack=           resource limits in bytes or descriptors
//     close=MASK                   descriptors 0 to 2 that are closed
//     argc0=1                      no argument at all
//     environment=BYTES            a variable of that size
#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <map>
#include <optional>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "support.h"

namespace {

using namespace ringfence::matrix;

constexpr int items_fd = 7;
constexpr int verdict_fd = 9;

struct Scenario {
    int user = 0;
    bool journal = false, notify = false;
    std::vector<std::string> environment, options, actions;
    std::string items, program = probe;
};

using Keys = std::map<std::string, long>;

long value_of(const Keys& keys, const char* name, long otherwise) {
    const auto found = keys.find(name);
    return found == keys.end() ? otherwise : found->second;
}

struct Channels {
    Pipe verdict;
    int errors = memfd_create("errors", MFD_CLOEXEC);  // the wrapper tells no digest to a pipe
    int items = -1;
};

void limit(const Keys& keys, const char* name, __rlimit_resource resource) {
    const long value = value_of(keys, name, -1);
    if (value < 0) return;
    const rlimit both = {static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
    setrlimit(resource, &both);
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
    std::vector<const char*> result;
    for (const std::string& text : texts)
        result.push_back(text.c_str());
    result.push_back(nullptr);
    return result;
}

// The child, up to and with the execution of the wrapper.
[[noreturn]] void become(const Scenario& scenario, const Keys& keys, const Channels& channels,
                         bool traced) {
    std::vector<std::string> words = {wrapper};
    words.insert(words.end(), scenario.options.begin(), scenario.options.end());
    words.insert(words.end(), {"--", scenario.program, "--to=" + std::to_string(verdict_fd)});
    words.insert(words.end(), scenario.actions.begin(), scenario.actions.end());
    std::vector<std::string> variables = scenario.environment;
    const long bytes = value_of(keys, "environment", 0);
    for (long done = 0; done < bytes; done += 100000)  // the limit of one variable is 128 KiB
        variables.push_back("FILLER" + std::to_string(done) + "=" + std::string(100000, 'x'));
    const auto argv = pointers(words), envp = pointers(variables);
    const char* const none[] = {nullptr};
    const bool empty = value_of(keys, "argc0", 0) != 0;

    alarm(seconds_limit);
    // First the descriptors move out of the way of their final numbers.
    const int verdict = fcntl(channels.verdict.ends[1], F_DUPFD_CLOEXEC, 20);
    const int items = channels.items < 0 ? -1 : fcntl(channels.items, F_DUPFD_CLOEXEC, 20);
    dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 0);
    dup2(channels.errors, 1);
    dup2(channels.errors, 2);
    if (items >= 0) dup2(items, items_fd);
    dup2(verdict, verdict_fd);
    for (int fd = 0; fd < 3; ++fd)
        if ((value_of(keys, "close", 0) >> fd & 1) != 0) close(fd);
    if (scenario.user != 0 && (setgid(static_cast<gid_t>(scenario.user)) < 0 ||
                               setuid(static_cast<uid_t>(scenario.user)) < 0))
        _exit(97);
    if (traced) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        raise(SIGSTOP);
    }
    limit(keys, "nofile", RLIMIT_NOFILE);
    limit(keys, "as", RLIMIT_AS);
    limit(keys, "stack", RLIMIT_STACK);
    execve(wrapper, const_cast<char**>(empty ? none : argv.data()),
           const_cast<char**>(envp.data()));
    _exit(96);
}

// Traces the wrapper until it executes the program or ends.
class Tracer {
  public:
    Tracer(pid_t child, const Keys& keys, bool print)
        : child_(child),
          call_(value_of(keys, "call", -1)),
          nth_(value_of(keys, "nth", 0)),
          error_(value_of(keys, "error", 0)),
          persist_(value_of(keys, "persist", 0) != 0),
          print_(print) {}

    // The status of waitpid(2) if the child ended while it was traced, or else -1.
    int follow() {
        int status = 0;
        waitpid(child_, &status, 0);  // its SIGSTOP
        ptrace(PTRACE_SETOPTIONS, child_, nullptr,
               PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
        bool in_wrapper = false;
        long signal = 0;
        for (;;) {
            ptrace(in_wrapper ? PTRACE_SYSCALL : PTRACE_CONT, child_, nullptr, signal);
            signal = 0;
            if (waitpid(child_, &status, 0) < 0) return -1;
            if (WIFEXITED(status) || WIFSIGNALED(status)) return status;
            if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
                if (in_wrapper) break;
                in_wrapper = true;
            } else if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
                at_call();
            } else {
                signal = WSTOPSIG(status);
            }
        }
        ptrace(PTRACE_DETACH, child_, nullptr, nullptr);
        return -1;
    }

    bool injected() const { return injected_; }

  private:
    void at_call() {
        __ptrace_syscall_info info;
        ptrace(PTRACE_GET_SYSCALL_INFO, child_, sizeof info, &info);
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
            enter(static_cast<long>(info.entry.nr));
            return;
        }
        if (pending_) ptrace(PTRACE_POKEUSER, child_, offsetof(user_regs_struct, rax), result_);
        pending_ = false;
    }

    void enter(long number) {
        const long count = ++counts_[number];
        if (print_) printf("call\t%ld\t%ld\n", number, count);
        const bool here = number == call_ && (persist_ ? count >= nth_ : count == nth_);
        if (!here && number != __NR_nanosleep)
            return;  // waiting in thousands of runs would take too long
        pending_ = true;
        injected_ = injected_ || here;
        result_ = here ? -error_ : 0;
        ptrace(PTRACE_POKEUSER, child_, offsetof(user_regs_struct, orig_rax),
               -1L);  // skips the call
    }

    pid_t child_;
    long call_, nth_, error_, result_ = 0;
    bool persist_, print_;
    bool pending_ = false, injected_ = false;
    std::map<long, long> counts_;
};

class Injector {
  public:
    void run(const Scenario& scenario, const Keys& keys, const std::string& text, bool trace);

  private:
    void open_sockets();
    void print_record();

    int journal_ = -1, notify_ = -1;
};

void Injector::open_sockets() {
    journal_ = unix_server(journal_path, SOCK_DGRAM);
    notify_ = unix_server(notify_path, SOCK_DGRAM);
}

// "LANDLOCK_STATUS LANDLOCK_UNENFORCED STATUS=". A missing field is "-".
void Injector::print_record() {
    char buffer[32768];
    std::string status = "-", unenforced = "-", notified = "-";
    for (ssize_t n; (n = recv(journal_, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0;)
        for (const std::string& line : split(std::string(buffer, static_cast<size_t>(n)), '\n')) {
            if (line.rfind("LANDLOCK_STATUS=", 0) == 0) status = line.substr(16);
            if (line.rfind("LANDLOCK_UNENFORCED=", 0) == 0) unenforced = line.substr(20);
        }
    for (ssize_t n; (n = recv(notify_, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0;)
        notified = split(std::string(buffer, static_cast<size_t>(n)), '\n')[0];
    printf("\t%s\t%s\t%s", status.c_str(), unenforced.c_str(), notified.c_str());
    close(journal_);
    close(notify_);
    unlink(journal_path);
    unlink(notify_path);
}

void Injector::run(const Scenario& scenario, const Keys& keys, const std::string& text,
                   bool trace) {
    open_sockets();
    if (!scenario.journal) unlink(journal_path);
    if (!scenario.notify) unlink(notify_path);
    Channels channels;
    if (!scenario.items.empty()) {
        channels.items = memfd_create("items", MFD_CLOEXEC);
        must(write(channels.items, scenario.items.data(), scenario.items.size()), "write", "items");
        lseek(channels.items, 0, SEEK_SET);
    }
    fflush(stdout);
    const bool traced = trace || keys.count("call") != 0;
    const pid_t child = fork();
    must(child, "fork", "");
    if (child == 0) become(scenario, keys, channels, traced);
    close(channels.verdict.ends[1]);
    if (channels.items >= 0) close(channels.items);
    Tracer tracer(child, keys, trace);
    int status = traced ? tracer.follow() : -1;
    const int result = status < 0          ? wait_for(child)
                       : WIFEXITED(status) ? WEXITSTATUS(status)
                                           : 128 + WTERMSIG(status);
    std::string verdict = drain(channels.verdict.ends[0]);
    lseek(channels.errors, 0, SEEK_SET);
    std::string errors = drain(channels.errors);
    close(channels.verdict.ends[0]);
    close(channels.errors);
    if (!verdict.empty()) verdict.pop_back();
    for (char& c : errors)
        if (c == '\n' || c == '\t') c = ' ';
    printf("result\t%s\t%d\t%d\t%s", text.c_str(), tracer.injected(), result,
           verdict.empty() ? "-" : verdict.c_str());
    print_record();
    printf("\t%s\n", errors.empty() ? "-" : errors.c_str());
}

Keys parse_keys(const std::vector<std::string>& words) {
    Keys keys;
    for (size_t i = 1; i < words.size(); ++i) {
        const size_t equals = words[i].find('=');
        keys[words[i].substr(0, equals)] = atol(words[i].c_str() + equals + 1);
    }
    return keys;
}

std::string echo_of(const std::vector<std::string>& words) {
    std::string text;
    for (size_t i = 1; i < words.size(); ++i)
        text += (i > 1 ? " " : "") + words[i];
    return text.empty() ? "-" : text;
}

void set(Scenario* scenario, const std::string& word, const std::string& value) {
    if (word == "user")
        scenario->user = atoi(value.c_str());
    else if (word == "journal")
        scenario->journal = true;
    else if (word == "notify")
        scenario->notify = true;
    else if (word == "env")
        scenario->environment.push_back(value);
    else if (word == "option")
        scenario->options.push_back(value);
    else if (word == "item")
        scenario->items += value + '\0';
    else if (word == "program")
        scenario->program = value;
    else if (word == "action")
        scenario->actions.push_back(value);
    else
        die("unknown line", word.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: fault-injector WRAPPER PROBE < SCRIPT\n");
        return 64;
    }
    close_range(3, ~0u, 0);  // the wrapper must not get descriptors of our caller
    enter_namespaces(argv[1], argv[2]);
    std::vector<std::vector<std::string>> objects;
    std::optional<Tree> tree_of_objects;
    Injector injector;
    Scenario scenario;
    std::string line;
    size_t runs = 0;
    while (std::getline(std::cin, line)) {
        if (line.rfind("fixture ", 0) == 0) {
            objects.push_back(split(line, ' '));
            continue;
        }
        const auto words = split(line, '\t');
        if (words[0] == "scenario") {
            tree_of_objects.emplace(objects);
            tree_of_objects->renew();
            scenario = Scenario();
            printf("%s\n", line.c_str());
        } else if (words[0] == "trace" || words[0] == "run") {
            injector.run(scenario, parse_keys(words), echo_of(words), words[0] == "trace");
            ++runs;
        } else {
            set(&scenario, words[0], words.size() > 1 ? words[1] : "");
        }
    }
    printf("done %zu\n", runs);
    return 0;
}
