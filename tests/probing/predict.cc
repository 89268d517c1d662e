// SPDX-License-Identifier: LGPL-2.1-or-later
// Predicts what a fence allows, for policies in a directory:
//
//   predict DIRECTORY ABI < LINES
//
// Lines: "fixture TYPE PATH [PATH]" as the runner of the matrix gets them; "policy NAME", answered
// by the wrapper's options with 0x1f between them; "access ACTION", as fence-probe takes it,
// answered by "allowed" or "denied RIGHTS LAYER PATH". The options and the decisions are made of
// the same rules by the code that the product uses.
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/path.h"
#include "dropin/options.h"
#include "policy/judge/judge.h"
#include "policy/resolve/resolve.h"

namespace {

using namespace ringfence;
using landlock::access_of;
using policy::Decision;
using policy::Judge;
using policy::Need;

constexpr char tree[] = "/tmp/ringfence-matrix";

/// The tree of the matrix: hard links and bind mounts make two paths lead to one object.
class Fixture : public policy::Hierarchy {
  public:
    void add(const std::vector<std::string>& words) {
        const std::string path = absolute(words.back());
        if (words[1] == "dir") directories_.insert(path);
        if (words[1] == "symlink")
            links_[path] = directory_of(directory_of(path)) + words[2].substr(2);  // "../a/file"
        else if (words.size() > 3)
            same_[path] = absolute(words[2]);  // hardlink, bind
        known_.insert(path);
    }

    static std::string absolute(const std::string& path) {
        if (path == ".") return tree;
        return path.starts_with('/') || path.starts_with('%') ? path
                                                              : std::string(tree) + "/" + path;
    }

    std::vector<std::string> chain(const std::string& written) const override {
        std::string path = followed(written);
        std::vector<std::string> objects;
        for (; path != "/"; path = directory_of(path))
            objects.push_back(identity(path));
        objects.emplace_back("/");
        return objects;
    }
    bool exists(const std::string& path) const override {
        return !path.starts_with(tree) || path == tree || known_.contains(identity(path));
    }
    bool is_directory(const std::string& path) const override {
        const std::string object = identity(followed(path));
        return object == "/" || object == "/tmp" || object == tree || directories_.contains(object);
    }

    bool in_root_mount(const std::string& path) const override {
        return !path.starts_with("/tmp/");
    }

  private:
    std::string followed(const std::string& path) const {
        const auto link = links_.find(path);
        return link == links_.end() ? path : link->second;
    }
    std::string identity(const std::string& path) const {
        if (const auto same = same_.find(path); same != same_.end()) return same->second;
        for (std::string up = directory_of(path); up != "/"; up = directory_of(up))
            if (const auto same = same_.find(up); same != same_.end())
                return identity(same->second + path.substr(up.size()));
        return path;
    }

    std::map<std::string, std::string> links_, same_;
    std::set<std::string> directories_, known_;
};

// The rights that an action needs on its path, or on the directory that the path is in.
struct Simple {
    const char* verb;
    landlock::Access access;
    bool in_directory;
};
const Simple simple_actions[] = {
    {"read", access_of("fs.read_file"), false},
    {"write", access_of("fs.write_file"), false},
    {"read-write", access_of("fs.read_file") | access_of("fs.write_file"), false},
    {"list", access_of("fs.read_dir"), false},
    {"handle", {}, false},
    {"execute", access_of("fs.execute") | access_of("fs.read_file"), false},
    {"truncate", access_of("fs.truncate"), false},
    {"open-truncate", access_of("fs.write_file") | access_of("fs.truncate"), false},
    {"truncate-open", access_of("fs.write_file") | access_of("fs.truncate"), false},
    {"ioctl", access_of("fs.read_file") | access_of("fs.ioctl_dev"), false},
    {"create", access_of("fs.make_reg") | access_of("fs.write_file"), true},
    {"make-reg", access_of("fs.make_reg"), true},
    {"make-fifo", access_of("fs.make_fifo"), true},
    {"make-sock", access_of("fs.make_sock"), true},
    {"bind-unix", access_of("fs.make_sock"), true},
    {"make-char", access_of("fs.make_char"), true},
    {"make-block", access_of("fs.make_block"), true},
    {"make-dir", access_of("fs.make_dir"), true},
    {"make-sym", access_of("fs.make_sym"), true},
    {"unlink", access_of("fs.remove_file"), true},
    {"rmdir", access_of("fs.remove_dir"), true},
};

class Predictor {
  public:
    Predictor(const Judge& judge, const Fixture& fixture) : judge_(judge), fixture_(fixture) {}

    Decision predict(const std::string& action) const {
        std::vector<std::string> words;
        std::istringstream stream(action);
        for (std::string word; std::getline(stream, word, ':');)
            words.push_back(word);
        words.resize(3);
        for (const Simple& row : simple_actions)
            if (words[0] == row.verb) {
                const std::string path = Fixture::absolute(words[1]);
                return judge_.check({{row.access, row.in_directory ? directory_of(path) : path}});
            }
        return special(words[0], words[1], words[2]);
    }

  private:
    Decision special(const std::string& verb, const std::string& a, const std::string& b) const {
        if (verb == "rename" || verb == "link" || verb == "exchange")
            return moved(verb, Fixture::absolute(a), Fixture::absolute(b));
        if (verb == "mount")
            return {judge_.may_mount() ? landlock::Access{} : access_of("fs.read_file"), 0, ""};
        if (verb == "signal-parent") return judge_.scope(access_of("scope.signal"));
        if (verb == "signal-child") return {};
        if (verb == "own-unix")
            return a[0] == '@' ? Decision{}
                               : judge_.check({{access_of("fs.make_sock"),
                                                directory_of(Fixture::absolute(a))}});
        if (verb.starts_with("connect-stream") || verb.ends_with("-datagram"))
            return a[0] == '@'
                       ? judge_.scope(access_of("scope.abstract_unix_socket"))
                       : judge_.check({{access_of("fs.resolve_unix"), Fixture::absolute(a)}});
        return on_port(verb, static_cast<std::uint16_t>(std::stoi(a)));
    }

    Decision on_port(const std::string& verb, std::uint16_t port) const {
        if (verb.starts_with("bind-tcp")) return judge_.port(access_of("net.bind_tcp"), port);
        if (verb.starts_with("bind-udp")) return judge_.port(access_of("net.bind_udp"), port);
        if (verb.starts_with("connect-tcp")) return judge_.port(access_of("net.connect_tcp"), port);
        // A socket without a port gets one when it sends.
        const std::uint16_t from = verb == "send-udp-bound" ? 4099 : 0;
        const Decision bound = judge_.port(access_of("net.bind_udp"), from);
        return bound.allowed() ? judge_.port(access_of("net.connect_send_udp"), port) : bound;
    }

    Decision moved(const std::string& verb, const std::string& from, const std::string& to) const {
        const bool directory = fixture_.is_directory(from);
        const landlock::Access make = access_of("fs.make_reg");
        const landlock::Access remove = access_of("fs.remove_file");
        const std::string here = directory_of(from), there = directory_of(to);
        std::vector<Need> needs;
        if (verb == "link") needs = {{make, there}};
        if (verb == "exchange") needs = {{make | remove, here}, {make | remove, there}};
        if (verb == "rename")
            needs = {{directory ? access_of("fs.remove_dir") : remove, here},
                     {directory ? access_of("fs.make_dir") : make, there}};
        if (here == there) return judge_.check(needs);
        const Decision one = judge_.move(needs, from, there);
        return verb == "exchange" && one.allowed() ? judge_.move({}, to, here) : one;
    }

    const Judge& judge_;
    const Fixture& fixture_;
};

std::string names_of(const landlock::Access& access) {
    std::string names;
    for (const landlock::Right& right : landlock::rights)
        if (access.contains(right.access()))
            names += (names.empty() ? "" : ",") + std::string(right.name);
    return names;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 64;
    const auto root = Root::open("/");
    Fixture fixture;
    std::optional<policy::Rules> rules;
    std::optional<Judge> judge;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream stream(line);
        std::vector<std::string> words;
        for (std::string word; stream >> word;)
            words.push_back(word);
        if (words[0] == "fixture") {
            fixture.add(words);
        } else if (words[0] == "policy") {
            judge.reset();
            const auto resolved = policy::resolve(*root, {argv[1]}, {{words[1], false, {}}});
            if (!resolved || !*resolved) {
                std::cout << "error "
                          << (resolved ? "no such policy" : to_string(resolved.error()[0])) << "\n";
                return 1;
            }
            rules = **resolved;
            judge.emplace(*rules, std::stoi(argv[2]), fixture);
            std::cout << "options "
                      << fmt::format("{}", fmt::join(dropin::render_options(*rules), "\x1f"))
                      << "\n";
        } else {
            const Decision decision = Predictor(*judge, fixture).predict(words[1]);
            std::cout << (decision.allowed()
                              ? "allowed"
                              : fmt::format("denied {} {} {}", names_of(decision.missing),
                                            decision.layer, decision.path))
                      << "\n";
        }
    }
}
