// SPDX-License-Identifier: LGPL-2.1-or-later
// Measures how long several commands take from their start to their end. Every round runs each
// command once, in random order, so that other load on the machine affects all of them alike.
// Prints one line of JSON for each command.
//
//   bench-spawn ROUNDS [--socket PATH]… -- NAME [VARIABLE=VALUE]… PROGRAM [ARGUMENT]… [:: NAME …]…
//
// The environment consists of PATH and the given variables. `--socket` binds a datagram socket and
// empties it between runs. It replaces PID 1 and journald, and is never full.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <spawn.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

struct Command {
    std::string name;
    std::vector<char*> environment;
    std::vector<char*> argv;
    std::vector<double> microseconds;
};

[[noreturn]] void die(const std::string& what) {
    std::fprintf(stderr, "bench-spawn: %s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(1);
}

int bind_socket(const char* path) {
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    unlink(path);
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) die(path);
    return fd;
}

std::vector<Command> parse_commands(int argc, char** argv, int first) {
    std::vector<Command> commands;
    static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    for (int i = first; i < argc; ++i) {
        Command command;
        command.name = argv[i++];
        command.environment.push_back(path);
        for (; i < argc && std::strchr(argv[i], '=') != nullptr && argv[i][0] != '-'; ++i)
            command.environment.push_back(argv[i]);
        for (; i < argc && std::strcmp(argv[i], "::") != 0; ++i)
            command.argv.push_back(argv[i]);
        command.environment.push_back(nullptr);
        command.argv.push_back(nullptr);
        commands.push_back(command);
    }
    return commands;
}

void run_once(Command* command, bool count) {
    const auto start = std::chrono::steady_clock::now();
    pid_t pid = 0;
    const int error = posix_spawn(&pid, command->argv[0], nullptr, nullptr, command->argv.data(),
                                  command->environment.data());
    if (error != 0) {
        errno = error;
        die(command->argv[0]);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::fprintf(stderr, "bench-spawn: %s: wait status %#x\n", command->name.c_str(), status);
        std::exit(1);
    }
    if (count) command->microseconds.push_back(took.count());
}

void drain(const std::vector<int>& sockets) {
    char buffer[65536];
    for (const int fd : sockets)
        while (recv(fd, buffer, sizeof buffer, 0) >= 0) {
        }
}

double quantile(const std::vector<double>& sorted, double q) {
    return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(
            stderr, "bench-spawn: usage: ROUNDS [--socket PATH]... -- NAME PROGRAM ... [:: ...]\n");
        return 2;
    }
    const int rounds = std::atoi(argv[1]);
    std::vector<int> sockets;
    int i = 2;
    for (; i + 1 < argc && std::strcmp(argv[i], "--socket") == 0; i += 2)
        sockets.push_back(bind_socket(argv[i + 1]));
    std::vector<Command> commands = parse_commands(argc, argv, i + 1);

    std::mt19937 random(1);  // the same orders in every run
    std::vector<std::size_t> order(commands.size());
    for (std::size_t n = 0; n < order.size(); ++n)
        order[n] = n;
    constexpr int warm_up = 10;
    for (int round = -warm_up; round < rounds; ++round) {
        std::shuffle(order.begin(), order.end(), random);
        for (const std::size_t n : order) {
            run_once(&commands[n], round >= 0);
            drain(sockets);
        }
    }
    for (Command& command : commands) {
        std::sort(command.microseconds.begin(), command.microseconds.end());
        std::printf("{\"name\": \"%s\", \"median\": %.1f, \"p10\": %.1f, \"p90\": %.1f}\n",
                    command.name.c_str(), quantile(command.microseconds, 0.5),
                    quantile(command.microseconds, 0.1), quantile(command.microseconds, 0.9));
    }
}
