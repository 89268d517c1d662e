// SPDX-License-Identifier: LGPL-2.1-or-later
#include "generators/output.h"

#include <cerrno>
#include <functional>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "base/parallel.h"
#include "base/path.h"
#include "base/replace_file.h"
#include "dropin/stamp.h"

namespace ringfence::generator {

namespace {

std::string error_text() {
    return std::error_code(errno, std::generic_category()).message();
}

class Writer {
  public:
    Writer(const dropin::Plan& plan, const Directories& directories)
        : plan_(plan), directories_(directories) {}

    Written write() {
        for (const dropin::PlannedFile& file : plan_.files)
            for (const std::string& name : names_to_mask(file))
                mask(name);
        write_files();
        for (const std::string& unit : masks_)
            unmask(unit);
        if (!plan_.files.empty()) write_stamp();
        return std::move(written_);
    }

  private:
    std::string mask_path(const std::string& unit) const { return directories_.early + "/" + unit; }

    void mask(const std::string& unit) {
        if (masks_.count(unit) != 0) return;
        if (::symlink("/dev/null", mask_path(unit).c_str()) == 0)
            masks_.insert(unit);
        else if (errno != EEXIST)
            unmasked_reason_ = error_text();
    }

    // Several threads write the files. One thread then collects the errors.
    void write_files() {
        const std::vector<dropin::PlannedFile>& files = plan_.files;
        std::vector<std::error_code> errors(files.size());
        constexpr std::size_t worth_a_thread = 50;
        std::vector<std::function<void(std::size_t)>> workers(
            worker_count(files.size(), worth_a_thread),
            [&](std::size_t index) { errors[index] = put(files[index]); });
        share_out(files.size(), workers);
        for (std::size_t i = 0; i < files.size(); ++i) {
            const dropin::DropinFile* dropin = files[i].dropin();
            if (errors[i])
                problem(path_of(*dropin), "cannot write the drop-in of " + files[i].unit + ": " +
                                              errors[i].message());
            if (errors[i] || dropin == nullptr)
                for (const std::string& name : names_to_mask(files[i]))
                    keep_mask(name);
        }
    }

    std::error_code put(const dropin::PlannedFile& file) const {
        const dropin::DropinFile* dropin = file.dropin();
        if (dropin == nullptr) return {};  // a masked unit has no drop-in
        const std::string path = path_of(*dropin);
        const std::string directory = directory_of(path);
        if (::mkdir(directory.c_str(), 0755) < 0 && errno != EEXIST)
            return {errno, std::generic_category()};
        const auto written = replace_file(path, dropin->text, Durability::none);
        return written ? std::error_code() : written.error();
    }

    std::string path_of(const dropin::DropinFile& file) const {
        return directories_.normal + "/" + file.path;
    }

    // A unit without its drop-in must stay masked.
    void keep_mask(const std::string& unit) {
        if (!kept_.insert(unit).second) return;
        if (masks_.erase(unit) != 0)
            written_.masked.push_back(unit);
        else
            problem(mask_path(unit), unit + " could not be masked either (" + unmasked_reason_ +
                                         "); only the assertion of ringfence enable keeps it "
                                         "from starting without its fence");
    }

    void unmask(const std::string& unit) {
        if (::unlink(mask_path(unit).c_str()) < 0 && errno != ENOENT)
            problem(mask_path(unit), "cannot remove the mask of " + unit + ": " + error_text());
    }

    void write_stamp() {
        const std::string path = directories_.normal + "/" + dropin::stamp_name;
        const auto written = replace_file(path, dropin::stamp_text(plan_), Durability::none);
        if (!written) problem(path, "cannot write: " + written.error().message());
    }

    void problem(const std::string& path, const std::string& message) {
        written_.problems.push_back({{path, 0, 0}, message, ""});
    }

    const dropin::Plan& plan_;
    const Directories& directories_;
    Written written_;
    std::set<std::string> masks_;
    std::set<std::string> kept_;
    std::string unmasked_reason_ = "no reason known";
};

}  // namespace

std::vector<std::string> names_to_mask(const dropin::PlannedFile& file) {
    std::vector<std::string> names = {file.unit};
    names.insert(names.end(), file.other_names.begin(), file.other_names.end());
    return names;
}

Written write_plan(const dropin::Plan& plan, const Directories& directories) {
    return Writer(plan, directories).write();
}

}  // namespace ringfence::generator
