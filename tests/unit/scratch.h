// SPDX-License-Identifier: LGPL-2.1-or-later
// A directory for one test, for example the root directory of a made-up machine.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "base/root.h"

namespace ringfence {

/// The directory is made empty, and is removed with everything in it. A path may be the machine's
/// ("/etc/app.conf") or relative to the directory ("app.conf"). Both name the same file.
class Scratch {
  public:
    Scratch() {
        std::string pattern = std::filesystem::temp_directory_path() / "ringfence-test-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp: " + pattern);
        path_ = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// The path of the file for other programs.
    std::filesystem::path at(const std::filesystem::path& path) const {
        return path_ / path.relative_path();
    }
    Root root() const { return std::move(Root::open(path_).value()); }

    void write(const std::string& path, const std::string& text) const {
        std::filesystem::create_directories(at(path).parent_path());
        std::ofstream(at(path)) << text;
    }
    void link(const std::string& path, const std::string& target) const {
        std::filesystem::create_directories(at(path).parent_path());
        std::filesystem::create_symlink(target, at(path));
    }
    /// The text of a file. Empty if there is no file.
    std::string read(const std::string& path) const {
        std::ifstream stream(at(path));
        return {std::istreambuf_iterator<char>(stream), {}};
    }

  private:
    std::filesystem::path path_;
};

/// A test with a scratch directory of its own.
class ScratchTest : public testing::Test {
  protected:
    void write(const std::string& path, const std::string& text) const {
        scratch_.write(path, text);
    }
    void link(const std::string& path, const std::string& target) const {
        scratch_.link(path, target);
    }
    Root root() const { return scratch_.root(); }

    const Scratch scratch_;
    const std::filesystem::path& directory_ = scratch_.path();
};

}  // namespace ringfence
