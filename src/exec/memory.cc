// SPDX-License-Identifier: LGPL-2.1-or-later
// A compiler may insert calls of these functions into any program, also without a C library.
#include <cstddef>

extern "C" {

void* memcpy(void* to, const void* from, std::size_t size) {
    char* out = static_cast<char*>(to);
    const char* in = static_cast<const char*>(from);
    while (size-- > 0)
        *out++ = *in++;
    return to;
}

void* memmove(void* to, const void* from, std::size_t size) {
    if (to <= from) return memcpy(to, from, size);
    char* out = static_cast<char*>(to) + size;
    const char* in = static_cast<const char*>(from) + size;
    while (size-- > 0)
        *--out = *--in;
    return to;
}

void* memset(void* to, int value, std::size_t size) {
    char* out = static_cast<char*>(to);
    while (size-- > 0)
        *out++ = static_cast<char>(value);
    return to;
}

int memcmp(const void* a, const void* b, std::size_t size) {
    const unsigned char* left = static_cast<const unsigned char*>(a);
    const unsigned char* right = static_cast<const unsigned char*>(b);
    for (; size > 0; --size, ++left, ++right)
        if (*left != *right) return *left < *right ? -1 : 1;
    return 0;
}

std::size_t strlen(const char* text) {
    std::size_t length = 0;
    while (text[length] != '\0')
        ++length;
    return length;
}

}  // extern "C"
