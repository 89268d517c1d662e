// SPDX-License-Identifier: LGPL-2.1-or-later
// The style sheet of the HTML report. The colours of rights also differ in lightness, and a table
// below the plot has all its numbers, so nobody depends on seeing colours.
#pragma once

namespace ringfence::cli {

inline constexpr char report_style[] = R"css(
:root { --page: #f6f7f9; --card: #fff; --ink: #1b2028; --soft: #5c6675; --line: #d9dee6;
  --good: #1a7f45; --some: #9a6200; --bad: #b3261e; --none: #5c6675;
  --c0: #2f5fb3; --c1: #d9822b; --c2: #2a9d8f; --c3: #a23b72; --c4: #8aa1c9; --c5: #6b4f1d; --c6: #9aa3af; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --card: #1d222a; --ink: #e6e9ee;
  --soft: #9aa5b5; --line: #333b47; --good: #5fcf8f; --some: #e5b25a; --bad: #ff8a80; --none: #9aa5b5;
  --c0: #7aa7ff; --c1: #f0a457; --c2: #5fd0c2; --c3: #e287b5; --c4: #b9c8e6; --c5: #c9a968; --c6: #76808e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, "Segoe UI", "Noto Sans", sans-serif; }
main { max-width: 1100px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 22px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0 0 12px; }
p { margin: 4px 0 0; color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 16px; margin-top: 16px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px;
  background: none; border: 0; padding: 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; }
.tile b { display: block; font-size: 26px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); }
.chart { display: grid; grid-template-columns: auto 1fr; gap: 0 8px; }
.scale { display: flex; flex-direction: column; justify-content: space-between; text-align: right;
  color: var(--soft); font-size: 12px; height: 180px; font-variant-numeric: tabular-nums; }
.plot { display: flex; gap: 2px; height: 180px; border-bottom: 1px solid var(--soft);
  background: linear-gradient(var(--line), var(--line)) 0 0 / 100% 1px no-repeat,
    linear-gradient(var(--line), var(--line)) 0 50% / 100% 1px no-repeat; }
.column { flex: 1 1 0; min-width: 1px; display: flex; flex-direction: column-reverse; }
.column:hover { background: var(--line); }
.times { grid-column: 2; display: flex; justify-content: space-between; color: var(--soft);
  font-size: 12px; margin-top: 4px; gap: 8px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 12px 0 0; padding: 0; list-style: none;
  font-size: 13px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; }
.c0 { background: var(--c0); } .c1 { background: var(--c1); } .c2 { background: var(--c2); }
.c3 { background: var(--c3); } .c4 { background: var(--c4); } .c5 { background: var(--c5); }
.c6 { background: var(--c6); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: 12px; white-space: nowrap; }
th, td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.name { overflow-wrap: anywhere; min-width: 9em; }
td.why { min-width: 16em; overflow-wrap: anywhere; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.state { white-space: nowrap; font-weight: 600; }
.enforced { color: var(--good); } .degraded { color: var(--some); }
.refused, .unconfirmed { color: var(--bad); } .not-started { color: var(--none); }
@media (max-width: 640px) {
  .units thead { display: none; }
  .units tr { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; padding: 8px 0;
    border-bottom: 1px solid var(--line); }
  .units tr:last-child { border-bottom: 0; }
  .units td { border: 0; padding: 0; text-align: left; min-width: 0; }
  .units td.state { grid-row: 1; grid-column: 2; text-align: right; }
  .units td:first-child { grid-row: 1; grid-column: 1; font-weight: 600; }
  .units td:not(:first-child):not(.state) { grid-column: 1 / -1; }
  .units td:empty { display: none; }
  .units td[data-label]::before { content: attr(data-label) " "; color: var(--soft); } }
@media print { body { background: none; } section { break-inside: avoid; } }
)css";

}  // namespace ringfence::cli
