// SPDX-License-Identifier: LGPL-2.1-or-later
// The only architecture-specific code of ringfence: how a system call is made, and how a program
// without a C library is entered. Source: syscall(2), the psABIs' "process initialization".
#pragma once

#include <asm/unistd.h>

namespace ringfence::arch {

#if defined(__x86_64__)

inline constexpr unsigned relative_relocation = 8;  // R_X86_64_RELATIVE

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

// Passes the initial stack (argc, argv, envp, auxv) to `function`, which must not return.
#define RINGFENCE_ENTRY(function)   \
    asm(".text\n.globl _start\n"    \
        ".type _start, @function\n" \
        "_start:\n"                 \
        "\tendbr64\n"               \
        "\txorl %ebp, %ebp\n"       \
        "\tmovq %rsp, %rdi\n"       \
        "\tandq $-16, %rsp\n"       \
        "\tcall " #function         \
        "\n"                        \
        "\tud2\n"                   \
        ".size _start, . - _start\n")

#elif defined(__aarch64__)

inline constexpr unsigned relative_relocation = 1027;  // R_AARCH64_RELATIVE

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register long x5 asm("x5") = f;
    asm volatile("svc #0"
                 : "+r"(x0)
                 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                 : "memory");
    return x0;
}

#define RINGFENCE_ENTRY(function)   \
    asm(".text\n.globl _start\n"    \
        ".type _start, %function\n" \
        "_start:\n"                 \
        "\tmov x29, #0\n"           \
        "\tmov x30, #0\n"           \
        "\tmov x0, sp\n"            \
        "\tand sp, x0, #-16\n"      \
        "\tbl " #function           \
        "\n"                        \
        "\tbrk #1\n"                \
        ".size _start, . - _start\n")

#else
#error \
    "ringfence does not know this architecture: add its system call and entry to src/landlock/arch.h"
#endif

}  // namespace ringfence::arch
