// SPDX-License-Identifier: LGPL-2.1-or-later
// Who could have put a symbolic link where it is: the rules of the fence and the owners of files
// answer that. Needed only for paths that lead through a link, so it is found out at the first one.
#pragma once

#include "exec/plan.h"
#include "exec/sys.h"

namespace ringfence::exec {

class Reach {
  public:
    Reach(const Arguments& arguments, const Plan& plan) : arguments_(arguments), plan_(plan) {}
    Reach(const Reach&) = delete;
    Reach& operator=(const Reach&) = delete;

    /// Asks for the process's user, and identifies the directories of rules.
    bool gather(Failure* failure);

    /// A set of layers, the first in the lowest bit.
    using Layers = std::uint16_t;

    Layers all_layers() const { return all_layers_; }

    /// The layers that restrict the making of links nowhere.
    Layers open_layers() const { return open_layers_; }

    /// The layers with a rule on this directory that lets the service make links in it, or rename
    /// directories. `*rule` becomes the path of one of the rules; one that differs from `walked`
    /// explains more.
    Layers changed_by_rules(const sys::FileIdentity& object, const char* walked,
                            const char** rule) const;

    /// Whether everybody may change the directory.
    static bool everybody_changes(const sys::FileIdentity& object);

    /// Whether somebody who is not trusted may change the directory, or has made the link, that
    /// `fd` is a handle of.
    bool changed_by_users(int fd, const sys::FileIdentity& object) const;

    landlock::LinkTrust trust() const { return plan_.trust; }

  private:
    struct Changeable {
        std::uint64_t device;
        std::uint64_t inode;
        const char* rule;
        Layers layer;
    };

    bool gather_rules(Failure* failure);
    bool grow(Failure* failure);
    bool add_rule(const PathRule& rule, int layer, Failure* failure);
    const Arguments& arguments_;
    const Plan& plan_;
    Layers all_layers_ = 0;
    Layers open_layers_ = 0;
    static constexpr std::size_t usual_capacity = 8;
    Changeable usual_[usual_capacity];
    Changeable* changeable_ = usual_;
    std::size_t capacity_ = usual_capacity;
    std::size_t changeable_count_ = 0;
    std::uint32_t user_ = 0;
};

}  // namespace ringfence::exec
