#pragma once

#include <string_view>

namespace heed::report {

/// The look of a report, on a screen in light and dark and on paper.
inline constexpr std::string_view kPageStyle = R"css(
:root{
  --paper:#fdfcfa;--panel:#f6f4ef;--ink:#1d2126;--soft:#565d66;--faint:#8a9099;--line:#e2ded5;--rule:#b9b4a8;
  --accent:#1f4f82;--rose:#a8401c;--fell:#176a5e;--rose-tint:#f8e4da;--fell-tint:#d9efe9;--focus:#1f4f82
}
@media screen and (prefers-color-scheme:dark){:root{
  --paper:#15171a;--panel:#1d2024;--ink:#e9e6e0;--soft:#b0b5bc;--faint:#878d96;--line:#31353b;--rule:#565b63;
  --accent:#8fbcec;--rose:#f2976f;--fell:#6fc9b8;--rose-tint:#482819;--fell-tint:#16392f;--focus:#8fbcec
}}
*{box-sizing:border-box}
html{color-scheme:light dark;scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
  font:16px/1.55 system-ui,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","DejaVu Sans",sans-serif}
.page{max-width:76rem;margin:0 auto;padding:0 1.5rem}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999rem;top:0;background:var(--paper);padding:.5rem 1rem;z-index:1}
.skip:focus{left:0}
header{padding:2.2rem 0 1rem}
h1,h2,h3,h4{line-height:1.25;font-weight:650;letter-spacing:-.01em}
h1{font-size:2rem;margin:0 0 .4rem}
h2{font-size:1.4rem;margin:0 0 .9rem}
h3{font-size:1.08rem;margin:2rem 0 .7rem}
h4{font-size:.82rem;margin:0 0 .35rem;color:var(--soft);font-weight:600;letter-spacing:.02em}
p{margin:0 0 .8rem;max-width:46rem;overflow-wrap:anywhere}
.lede{color:var(--soft);font-size:1.05rem;overflow-wrap:anywhere}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:0;padding:.7rem 0;
  border-top:1px solid var(--line);border-bottom:1px solid var(--line);font-size:.94rem}
nav ul ul{display:inline-flex;border:0;padding:0;gap:.2rem .9rem}
nav .group{flex-basis:100%}nav .group>span{font-weight:600;margin-right:.9rem}
section{padding:2.2rem 0 1rem;border-bottom:1px solid var(--line)}
section:last-of-type{border-bottom:0}
.verdicts{list-style:none;margin:0 0 1.6rem;padding:0;max-width:52rem}
.verdicts li{padding-left:1.1rem;border-left:3px solid var(--rule);margin:0 0 .7rem;font-size:1.08rem}
.verdicts .bad{border-color:var(--rose)}.verdicts .good{border-color:var(--fell)}
.table{overflow-x:auto;margin:0 0 .6rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums lining-nums;font-size:.94rem}
caption{text-align:left;padding:0 0 .5rem;font-weight:600}
th,td{padding:.42rem .6rem;text-align:right;vertical-align:baseline;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{padding-left:.2rem}
thead th{font-weight:600;color:var(--soft);font-size:.86rem;border-bottom:1.5px solid var(--rule);vertical-align:bottom}
tbody th{font-weight:600}
tbody tr:last-child>*{border-bottom-color:var(--rule)}
.left,tbody th{text-align:left}
thead tr:first-child:not(:last-child)>*{border-bottom:0;padding-bottom:0}
th[scope=colgroup]{text-align:center;color:var(--ink);font-size:.94rem}
.headline td,.headline tbody th,th button{white-space:nowrap}
.headline .interval{display:block;white-space:nowrap;font-size:.8rem;color:var(--soft)}
.published>*{color:var(--soft);font-weight:400;font-style:italic}
.new-system>*{border-top:1.5px solid var(--rule)}
th button{font:inherit;color:inherit;letter-spacing:inherit;background:none;border:0;
  padding:.1rem .15rem;margin:0 -.15rem;cursor:pointer;text-align:inherit}
th button:hover{color:var(--accent)}
th button::after{content:"\2195";padding-left:.3em;color:var(--faint);font-weight:400}
th[aria-sort=ascending] button::after{content:"\2191";color:var(--accent)}
th[aria-sort=descending] button::after{content:"\2193";color:var(--accent)}
.remark,.source,figcaption{color:var(--soft);font-size:.87rem;max-width:52rem;margin:0 0 .55rem}
figure{margin:1.8rem 0 1rem}
.chart-box{overflow-x:auto}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1rem 2.5rem}
.charts figure{margin:.5rem 0;min-width:0}
svg{display:block;max-width:100%;height:auto}
svg.scatter{min-width:34rem;width:60rem}svg.bars,svg.strips{min-width:26rem}svg.strips{width:40rem}
.columns figure{margin:.2rem 0 1rem}
svg .topic{fill:var(--mark);fill-opacity:.5}
svg .interval{stroke:var(--ink);stroke-width:2.5}
svg text{font-size:13px;fill:var(--ink)}
svg .tick{fill:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}
svg .axis,svg .value{font-size:12.5px}svg .value{font-variant-numeric:tabular-nums}
svg .group{font-weight:600}
svg .hint{fill:var(--soft);font-size:12px;font-style:italic}
svg line{stroke:var(--rule)}
svg .grid{stroke:var(--line)}
svg .zero{stroke:var(--ink);stroke-width:1.2}
svg .published{fill:var(--faint);fill-opacity:.55;stroke:none}
svg .own{fill:var(--accent);stroke:var(--paper);stroke-width:1.5}
svg .own-label{font-weight:650}
svg .own-label,svg .published-label,svg .hint,svg .group{
  paint-order:stroke;stroke:var(--paper);stroke-width:3.5px;stroke-linejoin:round}
svg .published-label{fill:var(--soft);font-size:12px}
svg .bar{stroke:var(--accent);stroke-width:1.3;fill:var(--accent)}
svg .keywords{fill-opacity:.4}svg .short{fill-opacity:0}
svg .curve{fill:none;stroke:var(--series);stroke-width:2;stroke-linejoin:round}
svg .thin{stroke-width:1;stroke-opacity:.45}svg .dot{fill:var(--series)}svg.curves{min-width:26rem;width:60rem}
svg .color-0{--series:var(--accent)}svg .color-1{--series:var(--rose);stroke-dasharray:7 3}
svg .color-2{--series:var(--fell);stroke-dasharray:2 3}svg .color-3{--series:var(--ink);stroke-dasharray:9 3 2 3}
svg .color-4{--series:var(--faint)}svg .color-5{--series:var(--soft);stroke-dasharray:4 4}
svg.slope{width:21.25rem;min-width:17rem}
.rose{color:var(--rose);--mark:var(--rose)}.fell{color:var(--fell);--mark:var(--fell)}
.stayed{color:var(--soft);--mark:var(--faint)}
svg .rose,svg .fell,svg .stayed{fill:var(--mark)}
svg g line{stroke:var(--mark);stroke-width:1.6;stroke-opacity:.75}
svg g.fell line{stroke-dasharray:5 3}
svg g path,svg g circle{fill:var(--mark)}
.mini{flex:none;width:60px}svg.mini line{stroke:var(--faint)}svg.mini .track{stroke:var(--line)}
.facts{list-style:none;margin:0 0 1rem;padding:0;color:var(--soft);font-size:.94rem;max-width:60rem;
  overflow-wrap:anywhere}
.facts li{margin:0 0 .2rem}
.tables{display:flex;flex-wrap:wrap;gap:1.2rem 3rem}
.tables>div{min-width:0;max-width:100%}
.tables th,.tables td{padding:.32rem .55rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.2rem 2.5rem;
  align-items:start}
.columns>*{min-width:0}
.topics{border-top:1px solid var(--line)}
details{border-bottom:1px solid var(--line)}
summary{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem .9rem;padding:.6rem .3rem;cursor:pointer;
  list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"\25B8";color:var(--faint);flex:none}
details[open]>summary::before{content:"\25BE"}
summary:hover{background:var(--panel)}
summary .id{font-weight:650;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
summary .query{flex:1 1 14rem;overflow-wrap:anywhere}
summary .count{color:var(--soft);font-size:.87rem;min-width:6.5rem;white-space:nowrap;text-align:right}
summary .p-mrr{font-variant-numeric:tabular-nums;min-width:3.6rem;text-align:right;font-weight:600}
.inside{padding:.5rem .3rem 1.6rem}
.instructions{background:var(--panel);border-radius:6px;padding:1rem 1.2rem;margin-bottom:1.2rem}
.instructions p{margin:0;overflow-wrap:anywhere}
ins{background:var(--fell-tint);text-decoration:underline;text-decoration-thickness:1.5px;text-underline-offset:.18em}
del{background:var(--rose-tint);text-decoration:line-through}
.shifts{display:grid;grid-template-columns:minmax(0,21.25rem) minmax(0,1fr);gap:1.2rem 2rem;align-items:start}
.shifts figure{margin:0}
.shifts td{padding:.3rem .6rem}.shifts td:first-child{padding-left:.2rem}.shifts .table{max-height:none}
.shifts .title{min-width:11rem;overflow-wrap:break-word}
.shifts .document{overflow-wrap:anywhere;min-width:6rem;max-width:14rem}
.shifts .short-id,.shifts .rose,.shifts .fell,.shifts .stayed,.shifts th{white-space:nowrap}
.more{border:0;margin:.4rem 0 0}.more summary{font-weight:600;font-size:.94rem;padding:.35rem 0}
footer{color:var(--soft);font-size:.87rem;padding:1.4rem 0 3rem;overflow-wrap:anywhere}
@media (max-width:52rem){.shifts{grid-template-columns:minmax(0,1fr)}}
@media (max-width:34rem){.page{padding:0 1rem}header{padding-top:1.6rem}h1{font-size:1.6rem}
  th[aria-sort=none] button::after{display:none}
  table{font-size:.86rem}th,td{padding:.38rem .4rem}
  summary .query{flex-basis:100%;order:9}summary .count{flex:1}}
@media print{
  @page{margin:14mm 13mm}
  html{font-size:10.5px}
  body{background:#fff;font-size:1rem;line-height:1.4}
  .page{max-width:none;padding:0}
  .skip,nav,th button::after,summary::before{display:none}
  header{padding-top:0}section{padding:1.4rem 0 .5rem}
  a{color:inherit;text-decoration:none}
  .table,.chart-box{overflow:visible}
  th,td{padding:.25rem .45rem}
  thead{display:table-header-group}
  tr,figure,.instructions,li,summary,.tables>div{break-inside:avoid}
  h2,h3,h4,summary,caption,.instructions{break-after:avoid}
  svg.scatter,svg.bars,svg.strips,svg.curves{min-width:0;width:100%}
  svg.strips{max-width:44rem}
  .shifts{grid-template-columns:20rem minmax(0,1fr)}svg.slope{min-width:0;width:100%}
  .inside{padding-bottom:.8rem}
  *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
)css";

/// Sorts tables by their heads, and opens what is closed before printing. Without it the page still says everything.
/// (Neither ampersands nor less-than signs, so that the page can be read as XML too.)
inline constexpr std::string_view kPageScript = R"js(
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.querySelectorAll("thead th[data-column]")];
  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(table, heads, head));
  }
}
function sort(table, heads, head) {
  const body = table.tBodies[0], column = Number(head.dataset.column);
  const isText = head.classList.contains("left");
  const first = isText ? "ascending" : "descending", second = isText ? "descending" : "ascending";
  const order = head.getAttribute("aria-sort") === first ? second : first;
  for (const other of heads) other.setAttribute("aria-sort", other === head ? order : "none");
  const rows = [...body.rows].map((row) => ({row, key: keyOf(row.cells[column], isText)}));
  rows.sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null ? 1 : 0) - (b.key === null ? 1 : 0);
    const difference = isText ? a.key.localeCompare(b.key) : a.key - b.key;
    return order === "ascending" ? difference : -difference;
  });
  body.append(...rows.map((entry) => entry.row));
  table.classList.add("sorted");
}
function keyOf(cell, isText) {
  if (isText) return cell.textContent;
  return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
}
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
});
)js";

}  // namespace heed::report
