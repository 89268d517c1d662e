// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/failure.h"

namespace ringfence::exec {

namespace {

struct ErrorText {
    std::uint8_t error;
    char text[40];
};

// The wording of strerror(3), so that it can be searched for.
// clang-format off
constexpr ErrorText error_texts[] = {
    {1, "Operation not permitted"},   {2, "No such file or directory"},
    {4, "Interrupted system call"},   {5, "Input/output error"},
    {7, "Argument list too long"},    {8, "Exec format error"},
    {9, "Bad file descriptor"},       {11, "Resource temporarily unavailable"},
    {12, "Cannot allocate memory"},   {13, "Permission denied"},
    {14, "Bad address"},              {20, "Not a directory"},
    {21, "Is a directory"},           {22, "Invalid argument"},
    {23, "Too many open files in system"}, {24, "Too many open files"},
    {26, "Text file busy"},           {36, "File name too long"},
    {38, "Function not implemented"}, {40, "Too many levels of symbolic links"},
    {95, "Operation not supported"},
};
// clang-format on

}  // namespace

std::string_view error_text(int error) {
    for (const ErrorText& row : error_texts)
        if (row.error == error) return row.text;
    return {};
}

void set_failure(Failure* failure, int status, long result, std::string_view what,
                 std::string_view object) {
    failure->status = status;
    failure->error = static_cast<int>(-result);
    failure->text.clear();
    failure->text.add(what).add(object).add(": ");
    const std::string_view text = error_text(failure->error);
    if (text.empty())
        failure->text.add("error ").add(static_cast<std::uint64_t>(failure->error));
    else
        failure->text.add(text);
}

}  // namespace ringfence::exec
