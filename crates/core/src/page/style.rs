//! What pages look like. Sides are those of the language: what begins a line is right in Arabic.

use crate::policy::Accent;

/// The colours of a site.
pub(super) fn of(accent: &Accent) -> String {
    let Accent { button, on_light, on_dark } = accent;
    format!(":root{{--accent:{button};--link:light-dark({on_light},{on_dark})}}")
}

/// The usual ones.
pub(super) const USUAL: &str = ":root{--accent:#0b57d0;--link:light-dark(#0b57d0,#9cc2ff)}";

pub(super) const STYLE: &str = ":root{color-scheme:light dark}\
body{margin:0;font:1.0625rem/1.55 system-ui,sans-serif;color:light-dark(#1c1d21,#e8e8ea);background:light-dark(#f4f4f6,#16171a)}\
header,main,footer{box-sizing:border-box;max-width:34rem;margin:0 auto;overflow-wrap:anywhere}\
header{display:flex;align-items:center;gap:.75rem;padding:8vh 0 1rem}header p{margin:0;line-height:1.3}header b{display:block}\
header span{font-size:.875rem;color:light-dark(#55575d,#a6a8ae)}header img{max-width:8rem;max-height:3rem}\
main{padding:2rem;background:light-dark(#fff,#202226);border:1px solid light-dark(#d9dade,#3a3d44);border-radius:.75rem}\
body>main:first-child{margin-top:12vh}footer{padding:1rem 0 3rem;font-size:.875rem}footer a{margin-inline-end:1rem}\
@media(max-width:38rem){header{padding:1rem 1.5rem}main{padding:1.5rem;border-width:1px 0;border-radius:0}body>main:first-child{margin-top:0}footer{padding:1rem 1.5rem 2rem}}\
h1{margin-top:0;font-size:1.5rem;line-height:1.25}h2{margin:1.5rem 0 .25rem;font-size:1.125rem}ul{margin-top:0}\
a{color:var(--link)}\
label{display:block;margin:1rem 0 .25rem;font-weight:600}\
input,textarea{box-sizing:border-box;width:100%;padding:.6rem .7rem;font:inherit;color:inherit;background:light-dark(#fff,#16171a);border:1px solid light-dark(#75777d,#8d9098);border-radius:.4rem}\
button,.button{display:inline-block;margin-top:1.25rem;padding:.6rem 1.2rem;font:inherit;font-weight:600;color:#fff;background:var(--accent);border:1px solid light-dark(transparent,var(--link));border-radius:.4rem;text-decoration:none;cursor:pointer}\
.plain{color:inherit;background:none;border-color:light-dark(#75777d,#8d9098)}p>button:not(:last-child),.ways>a:not(:last-child){margin-inline-end:.5rem}\
.wide{display:block;box-sizing:border-box;width:100%;text-align:center}.or{display:flex;align-items:center;gap:1rem;margin:1.25rem 0 0}.or::before,.or::after{content:\"\";flex:1;border-top:1px solid light-dark(#d9dade,#3a3d44)}\
:focus-visible{outline:3px solid var(--link);outline-offset:2px}\
code,pre{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere;white-space:pre-wrap}\
main>:last-child,form>:last-child{margin-bottom:0}form>button:first-child{margin-top:0}\
dt{margin-top:1rem;font-weight:600}dd{margin:.25rem 0 0}pre{margin:0}textarea{font-family:ui-monospace,monospace;font-size:.9em}\
.alert{padding:.6rem .8rem;border-inline-start:4px solid #c5221f;background:light-dark(#fce8e6,#3c1f1e)}\
.note{padding:.6rem .8rem;border-inline-start:4px solid var(--link);background:light-dark(#eef1f7,#2a2d34)}.note p{margin:0}.note>*{margin-top:.75rem}.note form>button{margin-top:0}\
.app{display:flex;align-items:center;gap:.75rem}.app img{width:3rem;height:3rem;object-fit:contain}\
.small{font-size:.875rem;color:light-dark(#55575d,#a6a8ae)}";
