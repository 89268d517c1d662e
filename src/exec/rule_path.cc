// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/rule_path.h"

namespace ringfence::exec {

using landlock::LinkTrust;

namespace {

constexpr std::size_t path_limit = 4096;  // PATH_MAX
constexpr unsigned links_limit = 40;      // MAXSYMLINKS of the kernel
constexpr std::size_t rest_limit = 2 * path_limit;

// Whether openat2(2) found a link. ENOSYS and EPERM come from a filter of system calls that does
// not know openat2(2).
bool must_walk(long result) {
    return result == -sys::eloop || result == -sys::enosys || result == -sys::eperm;
}

// Resolves one path as the kernel does, and judges each link before it follows it.
class Walk {
  public:
    Walk(const Reach& reach, const char* rule, Failure* failure)
        : reach_(reach), rule_(rule), failure_(failure) {}

    long run();

  private:
    bool put_before_rest(std::string_view text);
    bool next_name(std::string_view* ret);
    long step(std::string_view name);
    long open_name(std::string_view name);
    long take(int fd);
    long climb();
    long follow(int link, const sys::FileIdentity& identity);
    long start_at_root();
    long enter(int fd, const sys::FileIdentity& identity);
    void cross();
    void note_users(int fd, const sys::FileIdentity& object);
    bool changed_by_rules() const { return layers_ == reach_.all_layers(); }
    bool trusted() const { return !changed_by_rules() && !by_users_; }
    void forget_last_name();
    long refuse(std::string_view kind, std::string_view name);
    void add_reason();

    const Reach& reach_;
    const char* rule_;  // its path
    Failure* failure_;
    int directory_ = -1;      // what the next name is looked up in
    sys::FileIdentity here_;  // of directory_
    unsigned links_ = 0;

    // What is known about the place: who could have put a link there.
    Reach::Layers layers_ = 0;
    const char* changing_rule_ = nullptr;
    bool by_users_ = false;
    bool by_everybody_ = false;
    std::size_t reached_ = 0;  // by_users_: the length of that directory's or link's path

    // The names that are left, at the end of the memory, and the path of directory_ for messages.
    // They are side by side, so that short ones are in one page of the stack.
    char* rest_ = rest_memory_ + rest_limit;
    std::size_t size_ = 0;
    char rest_memory_[rest_limit + 1];
    char path_[2 * path_limit];
};

long Walk::run() {
    rest_memory_[rest_limit] = '\0';
    if (!put_before_rest(rule_)) return -sys::enametoolong;
    long result = start_at_root();
    std::string_view name;
    while (result >= 0 && next_name(&name))
        result = step(name);
    if (result >= 0) return directory_;
    if (directory_ >= 0) sys::close(directory_);
    return result;
}

bool Walk::put_before_rest(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(rest_ - rest_memory_)) return false;
    for (std::size_t i = text.size(); i > 0; --i)
        *--rest_ = text[i - 1];
    return true;
}

bool Walk::next_name(std::string_view* ret) {
    while (*rest_ == '/')
        ++rest_;
    const char* const begin = rest_;
    while (*rest_ != '\0' && *rest_ != '/')
        ++rest_;
    *ret = {begin, static_cast<std::size_t>(rest_ - begin)};
    return rest_ != begin;
}

long Walk::step(std::string_view name) {
    if (name == ".") return 0;
    cross();
    if (name == "..") return climb();
    if (size_ + 1 + name.size() > path_limit) return -sys::enametoolong;
    const long fd = open_name(name);
    if (fd < 0) return fd;
    path_[size_++] = '/';
    for (const char c : name)
        path_[size_++] = c;
    return take(static_cast<int>(fd));
}

// The name ends where the rest begins, and a NUL is put there meanwhile.
long Walk::open_name(std::string_view name) {
    const char after = *rest_;
    *rest_ = '\0';
    // Only a lookup that demands a directory mounts what an automount point stands for.
    long fd = -sys::enotdir;
    if (after != '\0') fd = sys::open_name(directory_, name.data(), sys::o_directory);
    if (fd == -sys::enotdir) fd = sys::open_name(directory_, name.data(), 0);
    *rest_ = after;
    return fd;
}

// Goes on at `fd`, which path_ names, and owns it.
long Walk::take(int fd) {
    sys::FileIdentity identity;
    long result = sys::identify(fd, "", &identity);
    const std::uint16_t type = identity.mode & sys::type_mask;
    if (result >= 0 && type == sys::type_link)
        result = follow(fd, identity);
    else if (result >= 0 && *rest_ != '\0' && type != sys::type_directory)
        result = -sys::enotdir;
    else if (result >= 0)
        return enter(fd, identity);
    sys::close(fd);
    return result;
}

// ".." of a link's target. Whoever can move the directory decides what is above it.
long Walk::climb() {
    if (!trusted()) return refuse("", "/..");
    const long fd = sys::open_name(directory_, "..", sys::o_directory);
    if (fd < 0) return fd;
    forget_last_name();
    return take(static_cast<int>(fd));
}

long Walk::follow(int link, const sys::FileIdentity& identity) {
    if (++links_ > links_limit) return -sys::eloop;
    note_users(link, identity);
    if (!trusted()) return refuse("the symbolic link ", "");
    char* const target = path_ + size_;  // a page of the stack that is in use already
    const long size = sys::read_link(link, target, path_limit);
    if (size < 0) return size;
    if (size == 0) return -sys::enoent;
    const std::string_view text(target, static_cast<std::size_t>(size));
    if (text.size() == path_limit || !put_before_rest(text)) return -sys::enametoolong;
    forget_last_name();
    // Most paths have one link. If the names that are left have none, nobody can have changed them.
    const long fd = climbs(rest_) ? -sys::eloop : sys::open_path_without_links(directory_, rest_);
    if (fd >= 0) {
        rest_ = rest_memory_ + rest_limit;
        return enter(static_cast<int>(fd), {});
    }
    if (!must_walk(fd) && fd != -sys::enametoolong) return fd;
    return *rest_ == '/' ? start_at_root() : 0;
}

long Walk::start_at_root() {
    const long fd = sys::open_name(sys::at_fdcwd, "/", sys::o_directory);
    if (fd < 0) return fd;
    layers_ = reach_.open_layers();
    size_ = 0;
    return take(static_cast<int>(fd));
}

long Walk::enter(int fd, const sys::FileIdentity& identity) {
    if (directory_ >= 0) sys::close(directory_);
    directory_ = fd;
    here_ = identity;
    return 0;
}

// A name is looked up in directory_: whoever can change the directory chooses what it leads to.
void Walk::cross() {
    layers_ |= reach_.changed_by_rules(here_, rule_, &changing_rule_);
    note_users(directory_, here_);
}

void Walk::note_users(int fd, const sys::FileIdentity& object) {
    if (by_users_ || !reach_.changed_by_users(fd, object)) return;
    by_users_ = true;
    by_everybody_ = Reach::everybody_changes(object);
    reached_ = size_;
}

void Walk::forget_last_name() {
    while (size_ > 0 && path_[--size_] != '/')
        ;
}

long Walk::refuse(std::string_view kind, std::string_view name) {
    failure_->status = report::exit_refused;
    failure_->error = 0;
    failure_->text.clear();
    failure_->text.add("the rule on ").add(rule_).add(" leads through ").add(kind);
    failure_->text.add({path_, size_}).add(name).add(", and ");
    add_reason();
    failure_->text.add(
        "; write the link's target into the policy, or move the link to a directory that the "
        "service cannot write");
    return RulePaths::refused;
}

void Walk::add_reason() {
    Text& text = failure_->text;
    if (changed_by_rules() && changing_rule_ == nullptr) {
        text.add("the policy restricts the making of links nowhere");
        return;
    }
    if (changed_by_rules()) {
        text.add("the rule on ").add(changing_rule_).add(" lets the service change it");
        return;
    }
    if (by_everybody_)
        text.add("everybody");
    else if (reach_.trust() == LinkTrust::root)
        text.add("somebody else than root");
    else
        text.add("the service's own user or group");
    text.add(" can change ").add(reached_ == 0 ? "/" : std::string_view(path_, reached_));
    if (!by_everybody_ && reach_.trust() == LinkTrust::root) text.add(" (trust_links is \"root\")");
}

}  // namespace

long RulePaths::open(const char* path, Failure* failure) {
    const long handle = sys::open_path_without_links(sys::at_fdcwd, path);
    return must_walk(handle) ? walk(path, failure) : handle;
}

long RulePaths::walk(const char* path, Failure* failure) {
    if (!gathered_ && !reach_.gather(failure)) return refused;
    gathered_ = true;
    return Walk(reach_, path, failure).run();
}

}  // namespace ringfence::exec
