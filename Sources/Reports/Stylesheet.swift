/// The look of all pages. Colours are those of Okabe and Ito, told apart also by the colour-blind, darkened or lightened
/// until text in them reads well.
package enum Stylesheet {
    /// Colours and typefaces, in light and in dark, for pages with rules of their own.
    package static let foundation: StaticString = """
        :root {
          --page: #fbfaf8; --card: #ffffff; --ink: #1d1c1a; --soft: #5d5a54; --line: #e5e1da; --tint: #f4f1ec;
          --s1: #0067a6; --s2: #c85200; --s3: #00805c; --s4: #a8478f;
          --s5: #8a6a00; --s6: #2b8fc7; --s7: #6b6963; --s8: #1d1c1a;
          --right: #00704f; --right-tint: #e2f3ec; --wrong: #b04400; --wrong-tint: #fbeadf;
          --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", Charter, Georgia,
            "Liberation Serif", serif;
          --sans: -apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "Helvetica Neue",
            "Liberation Sans", Arial, sans-serif;
          --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
          color-scheme: light dark;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #131417; --card: #1b1d21; --ink: #ebe9e4; --soft: #a6a49d; --line: #303238;
            --tint: #24262b;
            --s1: #62b6ee; --s2: #ff9a58; --s3: #45cda0; --s4: #e794ce;
            --s5: #e6c34a; --s6: #9fd3f5; --s7: #a6a49d; --s8: #ebe9e4;
            --right: #5cd9ae; --right-tint: #16362c; --wrong: #ffa46a; --wrong-tint: #3d2618;
          }
        }
        .s1 { --tone: var(--s1) }
        .s2 { --tone: var(--s2) }
        .s3 { --tone: var(--s3) }
        .s4 { --tone: var(--s4) }
        .s5 { --tone: var(--s5) }
        .s6 { --tone: var(--s6) }
        .s7 { --tone: var(--s7) }
        .s8 { --tone: var(--s8) }
        .c1 { --mark: #e69f00 }
        .c2 { --mark: #56b4e9 }
        .c3 { --mark: #ef9fd0 }
        .c4 { --mark: #f0e442 }
        .c5 { --mark: #2fc79b }
        .c6 { --mark: #ff8a4c }

        """

    /// The look of reports and traces.
    static let html = HTML.joined([.literal(foundation), .literal(rules)])

    /// Charts, trajectories and tables, in the colours of the foundation.
    package static let rules: StaticString =
        """
        * { box-sizing: border-box }
        html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 var(--sans) }
        main { max-width: 1240px; margin: 0 auto; padding: 56px 32px 96px }
        h1, h2 {
          margin: 0; font-family: var(--serif); font-weight: 600; line-height: 1.15; letter-spacing: -0.012em;
        }
        h1 { font-size: clamp(32px, 5vw, 52px); text-wrap: balance }
        h2 { font-size: 30px }
        h3 { margin: 0; font-size: 15px; font-weight: 650; line-height: 1.35 }
        p { margin: 0 }
        b { font-weight: 650 }
        section { margin-top: 72px; scroll-margin-top: 24px }
        .note { color: var(--soft); font-size: 13.5px; font-weight: 400 }
        h2 + .note { margin-top: 6px; font-size: 15px; max-width: 62em }
        a { color: var(--s1); text-underline-offset: 3px; text-decoration-thickness: 1px }
        :focus-visible { outline: 2px solid var(--s1); outline-offset: 3px; border-radius: 4px }
        pre, code { font-family: var(--mono); font-size: 12.5px; line-height: 1.55 }
        pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
        td, .figure, .legend, .tip, .reward, .chips, figcaption { font-variant-numeric: tabular-nums }
        .tile, .chart, .trajectory, details, .scroll {
          background: var(--card); border: 1px solid var(--line); border-radius: 10px;
        }

        /* Heading */
        .over {
          margin-bottom: 14px; color: var(--soft); font-size: 13px; letter-spacing: 0.09em;
          text-transform: uppercase;
        }
        .lead { font: 21px/1.5 var(--serif); max-width: 44em; margin-top: 22px; text-wrap: pretty }
        nav { display: flex; flex-wrap: wrap; gap: 8px 24px; margin-top: 26px; font-size: 14px }
        .top + section { margin-top: 56px }

        /* Before and after */
        .tiles {
          display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 16px;
          margin-top: 24px;
        }
        .tile { padding: 18px 20px 16px }
        .tile h3 { color: var(--soft); font-weight: 500; font-size: 14px }
        .figure {
          display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; margin: 8px 0 12px;
          color: var(--soft);
        }
        .figure b { font: 600 40px/1 var(--serif); letter-spacing: -0.02em; color: var(--ink) }
        .scale { display: block; width: 100%; overflow: visible }
        .scale .track { stroke: var(--line); stroke-width: 2; stroke-linecap: round }
        .scale .way { stroke: var(--s1); stroke-width: 2; opacity: 0.55 }
        .scale .base { fill: var(--card); stroke: var(--s7); stroke-width: 2 }
        .scale .trained { fill: var(--s1); stroke: var(--card); stroke-width: 1.5 }
        .scale .bare { fill: var(--s2); stroke: var(--card); stroke-width: 1.5 }
        .key { display: inline-block; width: 11px; height: 11px; margin-right: 7px; vertical-align: -1px }
        .scroll { margin-top: 16px; overflow-x: auto }
        table { border-collapse: collapse; width: 100%; min-width: 720px }
        th, td {
          padding: 11px 16px; text-align: right; border-top: 1px solid var(--line); vertical-align: middle;
        }
        thead th { border: 0; font-size: 13px; font-weight: 500; color: var(--soft); white-space: nowrap }
        th:first-child { text-align: left; padding-left: 20px }
        tbody th { font-weight: 500 }
        tbody th .note { display: block }
        td { white-space: nowrap }
        .strong { font-weight: 650 }
        .up { color: var(--right) }
        .down { color: var(--wrong) }
        .wide { width: 220px; padding-right: 20px }

        /* Learning curves */
        .grid {
          display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 16px;
          margin-top: 24px;
        }
        .chart {
          position: relative; display: flex; flex-direction: column; margin: 0; padding: 16px 18px 12px;
        }
        .chart figcaption { flex: 1 }
        .chart svg { display: block; width: 100%; margin-top: 10px; overflow: visible; touch-action: pan-y }
        .legend {
          display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 8px 0 0; padding: 0; list-style: none;
          font-size: 13.5px;
        }
        .legend li { display: flex; gap: 7px; align-items: baseline; color: var(--soft) }
        .legend li::before, .tip div::before {
          content: ""; flex: none; align-self: center; width: 12px; height: 3px; border-radius: 2px;
          background: var(--tone);
        }
        .legend .name, .legend b { color: var(--ink) }
        .axis line { stroke: var(--line); stroke-width: 1 }
        .axis .base { stroke: var(--soft) }
        .axis text { font: 11px var(--sans); fill: var(--soft); font-variant-numeric: tabular-nums }
        .every, .smooth { fill: none; stroke: var(--tone); stroke-linejoin: round; stroke-linecap: round }
        .every { stroke-width: 1; opacity: 0.3 }
        .smooth { stroke-width: 2.2 }
        .chart circle { fill: var(--tone); stroke: var(--card); stroke-width: 1.5 }
        .cursor line { stroke: var(--soft); stroke-width: 1 }
        .tip {
          position: absolute; bottom: 64px; z-index: 1; padding: 8px 12px; background: var(--card);
          border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 6px 24px rgb(0 0 0 / 0.14);
          font-size: 13px; white-space: nowrap; pointer-events: none;
        }
        .tip div { display: flex; gap: 8px; align-items: baseline }
        .tip .name:empty { display: none }

        /* Samples of data */
        .sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); gap: 20px }
        .sheet .trajectory { display: flex; flex-direction: column; gap: 10px; padding: 16px }
        .sheet .scene { max-height: 320px }
        .sheet h3 { white-space: pre-line; overflow-wrap: anywhere }

        /* Trajectories */
        .trajectory { margin-top: 20px; padding: 24px 26px 26px }
        .trajectory header h3 { font: 600 21px/1.3 var(--serif); margin-top: 10px }
        .trajectory header h1 { font-size: clamp(26px, 4vw, 38px); margin-top: 12px }
        .trajectory header .note { margin-top: 4px }
        .chips { display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: center; font-size: 13px }
        .chip { padding: 1px 10px; border-radius: 99px; background: var(--tint); color: var(--soft) }
        .chip.right { background: var(--right-tint); color: var(--right); font-weight: 600 }
        .chip.wrong { background: var(--wrong-tint); color: var(--wrong); font-weight: 600 }
        .where { margin-left: 4px; color: var(--soft) }
        .sides {
          display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); gap: 28px; margin-top: 18px;
        }
        .look figure { margin: 0 0 12px }
        .look figcaption { margin-top: 6px }
        .scene { display: block; width: 100%; max-height: 640px; border-radius: 6px; background: var(--tint) }
        .scene rect {
          fill: none; vector-effect: non-scaling-stroke; stroke: rgb(0 0 0 / 0.55); stroke-width: 4.5;
        }
        .scene rect + rect { stroke: var(--mark); stroke-width: 2.5 }
        .scene .truth rect { stroke: rgb(0 0 0 / 0.6); stroke-width: 3.5 }
        .scene .truth rect + rect { stroke: #fff; stroke-width: 2; stroke-dasharray: 5 4 }
        .scene .badge rect { fill: var(--mark); stroke: rgb(0 0 0 / 0.6); stroke-width: 1 }
        .scene .badge text { font-family: var(--sans); font-weight: 700; fill: #15140f }
        .outcome dl { display: flex; gap: 10px; margin: 0 0 10px }
        .outcome dl div {
          flex: 1; min-width: 0; padding: 8px 12px; border-radius: 8px; background: var(--tint);
        }
        .outcome dt { color: var(--soft); font-size: 13px }
        .outcome dd { margin: 0; font-weight: 600; font-size: 16px; overflow-wrap: anywhere }
        .outcome dl .right { background: var(--right-tint); color: var(--right) }
        .outcome dl .wrong { background: var(--wrong-tint); color: var(--wrong) }
        .reward { font-size: 13.5px }
        .reward span { white-space: nowrap }
        .reward .zero { color: var(--soft) }
        .reward .zero b { font-weight: 400 }

        /* Turns: what was seen, and what was written next */
        .turns { list-style: none; margin: 0; padding: 0; min-width: 0 }
        .turns li {
          display: grid; grid-template-columns: 148px minmax(0, 1fr); gap: 20px; padding: 16px 0;
          border-top: 1px solid var(--line);
        }
        .turns li:first-child { border: 0; padding-top: 0 }
        .turns li:last-child { padding-bottom: 0 }
        .seen:empty { display: none }
        .seen:empty + .written { grid-column: 1 / -1 }
        .written { display: flex; flex-direction: column; gap: 10px; min-width: 0 }
        .written p { max-height: 30em; overflow: auto; overflow-wrap: anywhere; white-space: pre-line }
        .view { margin: 0 0 8px }
        .view img {
          display: block; width: 100%; height: auto; max-height: 180px; object-fit: contain;
          border-radius: 6px; background: var(--tint);
        }
        .view[class*="c"] img { border: 3px solid var(--mark) }
        .view .coarse { image-rendering: pixelated }
        .view figcaption {
          display: flex; flex-wrap: wrap; gap: 2px 7px; align-items: center; margin-top: 6px;
          color: var(--soft); font-size: 12.5px;
        }
        .view .note { font-size: 12.5px }
        .number {
          display: inline-grid; flex: none; place-items: center; min-width: 19px; height: 19px;
          padding: 0 4px; border-radius: 4px; background: var(--mark); color: #15140f;
          font: 700 12px var(--sans);
        }
        .reply {
          padding: 7px 11px; background: var(--tint); border-left: 3px solid var(--mark, var(--line));
          border-radius: 0 6px 6px 0; color: var(--soft); font-size: 13.5px; overflow-wrap: anywhere;
          white-space: pre-line;
        }
        .reply .number { margin-right: 7px }
        .call {
          display: flex; gap: 10px; align-items: flex-start; padding: 9px 12px; background: var(--tint);
          border-radius: 8px;
        }
        .call code { padding-top: 0.5px; overflow-wrap: anywhere; white-space: pre-wrap }
        .answer { font-size: 16px }

        /* Tokens, configuration */
        div.raw {
          margin-top: 14px; padding: 12px 16px; background: var(--card); border: 1px solid var(--line);
          border-radius: 8px;
        }
        div.raw.completion { border-left: 3px solid var(--s1) }
        div.raw.observation { background: var(--tint) }
        div.raw pre { margin-top: 6px }
        details { margin-top: 16px; padding: 14px 20px }
        summary { cursor: pointer; font-weight: 500 }
        details[open] summary { margin-bottom: 12px }
        details .grid { margin-top: 0 }
        .facts {
          display: grid; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: 14px 28px;
          margin: 20px 0 0;
        }
        .facts dt { color: var(--soft); font-size: 13px }
        .facts dd { margin: 0; overflow-wrap: anywhere }

        @media (max-width: 860px) {
          main { padding: 32px 18px 64px }
          section { margin-top: 52px }
          .sides { grid-template-columns: minmax(0, 1fr); gap: 20px }
          .trajectory { padding: 18px }
          th:first-child { min-width: 190px }
        }
        @media (max-width: 520px) {
          .lead { font-size: 18px }
          .tiles { grid-template-columns: 1fr 1fr; gap: 10px }
          .tile { display: flex; flex-direction: column; padding: 14px }
          .tile h3 { flex: 1; font-size: 13px }
          .figure { flex-direction: column }
          .figure b { font-size: 31px }
          th, td { padding: 10px 12px }
          .turns li { grid-template-columns: 96px minmax(0, 1fr); gap: 14px }
          .turns li:has(> .seen > .reply:only-child) { grid-template-columns: minmax(0, 1fr) }
          .chart { padding: 14px 14px 8px }
        }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto } }
        @media print {
          body { background: #fff }
          .tile, .chart, .trajectory { break-inside: avoid }
          nav { display: none }
        }

        """
}
