// SPDX-License-Identifier: LGPL-2.1-or-later
// What the runner of the matrix and the fault injector share: a private machine to run cases in.
// Test programs: everything that goes wrong here ends the program with a line "fatal ...".
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
/// Dies with errno's text when `result` is negative.
void must(long result, const char* what, const char* object);

std::vector<std::string> split(const std::string& text, char separator);
/// Prints each line of `text` after "KIND ".
void print_lines(const char* kind, const std::string& text);

/// A bound, non-blocking socket; "@name" is abstract, streams listen.
int unix_server(const char* name, int type);

struct Pipe {
    int ends[2];
    Pipe();
};

/// Reads until there is no more.
std::string drain(int fd);

/// The exit status, or 128 + signal; kills what takes longer than 20 s and prints "timeout".
int wait_for(pid_t child);

/// The tree that every case finds fresh, on a tmpfs of its own.
class Tree {
  public:
    /// Each object is the words of a "fixture TYPE PATH [PATH]" line.
    explicit Tree(std::vector<std::vector<std::string>> objects) : objects_(std::move(objects)) {}

    /// Makes all objects anew and changes the working directory to the tree's root.
    void renew();

  private:
    std::vector<std::vector<std::string>> objects_;
    std::vector<int> servers_;
};

/// Covers /run, copies both programs into it and brings the loopback interface up.
void set_up(const char* wrapper_from, const char* probe_from);
/// The same behind mount and network namespaces of our own.
void enter_namespaces(const char* wrapper_from, const char* probe_from);

}  // namespace ringfence::matrix
