// SPDX-License-Identifier: LGPL-2.1-or-later
// A private environment for cases, which the runner of the matrix and the fault injector share. Any
// error ends the program with a line "fatal ...".
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace ringfence::matrix {

inline constexpr char tree[] = "/tmp/ringfence-matrix";
inline constexpr char wrapper[] = "/run/matrix/ringfence-exec";
inline constexpr char probe[] = "/run/matrix/probe";
inline constexpr char journal_path[] = "/run/systemd/journal/socket";
inline constexpr char notify_path[] = "/run/matrix/notify";
inline constexpr char notify_abstract[] = "@ringfence-matrix-notify";

[[noreturn]] void die(const char* what, const char* object);
/// Ends the program with errno's text if `result` is negative.
void must(long result, const char* what, const char* object);

std::vector<std::string> split(const std::string& text, char separator);
/// Prints each line of `text` after "KIND ".
void print_lines(const char* kind, const std::string& text);

/// A bound, non-blocking socket. "@name" is an abstract name. A stream socket listens.
int unix_server(const char* name, int type);

struct Pipe {
    int ends[2];
    Pipe();
};

/// Reads everything that is there.
std::string drain(int fd);

/// The time limit of a child. The child sets alarm(2) to it, which survives execve(2).
inline constexpr unsigned seconds_limit = 20;
/// The exit status, or 128 + the signal. Prints "timeout" if the signal was the alarm's.
int wait_for(pid_t child);

/// The directory `tree`, which is new for every case.
class Tree {
  public:
    /// An object is the list of words of a "fixture TYPE PATH [PATH]" line.
    explicit Tree(std::vector<std::vector<std::string>> objects) : objects_(std::move(objects)) {}

    /// Makes all objects again and changes the working directory to the tree's root.
    void renew();

  private:
    std::vector<std::vector<std::string>> objects_;
    std::vector<int> servers_;
    int count_ = 0;
};

/// Mounts over /run and /tmp, copies both programs there and enables the loopback interface.
void set_up(const char* wrapper_from, const char* probe_from);
/// The same, in mount and network namespaces of its own.
void enter_namespaces(const char* wrapper_from, const char* probe_from);

}  // namespace ringfence::matrix
