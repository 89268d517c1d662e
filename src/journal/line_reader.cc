// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/line_reader.h"

#include <algorithm>
#include <cstring>

namespace ringfence::journal {

namespace {

constexpr std::size_t chunk = 65536;

}  // namespace

bool LineReader::fill() {
    if (at_ < buffer_.size()) return true;
    buffer_.resize(chunk);
    at_ = 0;
    buffer_.resize(std::fread(buffer_.data(), 1, chunk, file_));
    return !buffer_.empty();
}

std::string_view LineReader::peek() {
    fill();
    return std::string_view(buffer_).substr(at_);
}

bool LineReader::next(std::string& line) {
    line.clear();
    bool any = false;
    while (fill()) {
        any = true;
        const std::size_t end = buffer_.find('\n', at_);
        const std::size_t stop = std::min(end, buffer_.size());
        line.append(buffer_, at_, std::min(stop - at_, longest - line.size()));
        at_ = stop + (end == std::string::npos ? 0 : 1);
        if (end != std::string::npos) return true;
    }
    return any;
}

bool LineReader::block(std::string& bytes, std::uint64_t size) {
    bytes.clear();
    while (size != 0) {
        if (!fill()) return false;
        const std::size_t part =
            static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer_.size() - at_));
        bytes.append(buffer_, at_, std::min(part, longest - bytes.size()));
        at_ += part;
        size -= part;
    }
    return true;
}

void LineReader::put_back(std::string_view text) {
    buffer_ = std::string(text) + '\n' + buffer_.substr(at_);
    at_ = 0;
}

}  // namespace ringfence::journal
