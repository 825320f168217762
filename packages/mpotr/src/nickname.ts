import { err, ok, type Branded, type Result, utf8 } from "@clowder/bytes";

/** A checked nickname: normalised, 1 to 64 bytes, visible. Made by `parseNickname` only. */
export type Nickname = Branded<string, "Nickname">;

export type NicknameError =
	| { readonly kind: "nickname-empty" }
	| { readonly kind: "nickname-too-long"; readonly limitBytes: number; readonly bytes: number }
	| { readonly kind: "nickname-characters"; readonly codePoint: number };

/** UTF-8 bytes of a nickname; fixed-size fields on the wire have room for this many. */
export const NICKNAME_MAX_BYTES = 64;

/** UTF-16 units that are looked at, before white space is taken out; more is too long whatever it holds. */
const INPUT_MAX_UNITS = 1024;

/** Marks on one letter: Hebrew and Tibetan need three, and more is made to run into other lines. */
const MARKS_MAX = 4;

/** Every space separator of Unicode; the tables below, not the engine, say what else there is. */
const SPACES: RegExp = /[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+/g;

interface Range {
	readonly first: number;
	readonly last: number;
}

/** Marks of no script of their own: accents, dots, strokes, rings. Those of a script, such as vowel signs, are letters. */
const ACCENTS: readonly Range[] = [
	{ first: 0x300, last: 0x36f },
	{ first: 0x1ab0, last: 0x1aff },
	{ first: 0x1dc0, last: 0x1dff },
	{ first: 0x20d0, last: 0x20ff },
	{ first: 0xfe20, last: 0xfe2f },
];

const MARK: RegExp = /^\p{M}$/u;

/**
 * A nickname from what someone typed or sent. Normalises (NFC; each run of spaces to one, none at the ends), so it is
 * the identity on what it returned. Refuses whatever does not show or shows elsewhere: control and format characters
 * (zero-width joiners and bidirectional overrides among them), variation selectors, fillers, line separators, private
 * use, unassigned, lone surrogates; and marks without a letter, or more than four on one.
 *
 * The whole room must give one verdict on a name, with whatever version of Unicode each engine has. So what is a
 * character is Unicode 15.0, from a table; for those, normalisation and case are stable in later versions.
 */
export function parseNickname(text: string): Result<Nickname, NicknameError> {
	if (text.length > INPUT_MAX_UNITS) return tooLong(text);
	const name = text.replace(SPACES, " ").replace(/^ | $/g, "").normalize("NFC");
	if (name === "") return err({ kind: "nickname-empty" });
	const refused = refusedCodePoint(name);
	if (refused !== undefined) return err({ kind: "nickname-characters", codePoint: refused });
	if (utf8(name).length > NICKNAME_MAX_BYTES) return tooLong(name);
	return ok(name as Nickname);
}

function tooLong(text: string): Result<never, NicknameError> {
	return err({ kind: "nickname-too-long", limitBytes: NICKNAME_MAX_BYTES, bytes: utf8(text).length });
}

/** The first code point that may not stand where it does. */
function refusedCodePoint(name: string): number | undefined {
	let marks = MARKS_MAX;
	for (const character of name) {
		const codePoint = character.codePointAt(0) as number;
		if (!isAllowed(codePoint)) return codePoint;
		if (!MARK.test(character)) marks = character === " " ? MARKS_MAX : 0;
		else if (++marks > MARKS_MAX) return codePoint;
	}
	return undefined;
}

/**
 * What two names have in common that people would take for the same name: names with equal skeletons look alike, and a
 * room has one of them at most. After UTS #39 section 4 (compatibility decomposition, look-alikes), and further: case
 * and accents make no difference, and `i`, `l`, `1`, `|` are one, as are `0` and `o`, `rn` and `m`, `vv` and `w`, `cl`
 * and `d`. It takes some names for alike that are not ("Kai" and "Kal"): that costs someone another choice of name,
 * the contrary would cost a mistaken identity. It is for comparing, not for showing. Its own skeleton is itself.
 */
export function nicknameSkeleton(name: Nickname): string {
	let skeleton = "";
	for (const character of name.normalize("NFKD")) {
		if (!isAccent(character)) skeleton += lookAlikes.get(character) ?? character.toLowerCase();
	}
	return skeleton.normalize("NFKD");
}

function isAccent(character: string): boolean {
	const codePoint = character.codePointAt(0) as number;
	return ACCENTS.some(({ first, last }) => codePoint >= first && codePoint <= last);
}

/*
 * Both tables hold code points in base 36, each as the difference to the one before. They are derived from the Unicode
 * Character Database and the data of UTS #39, version 15.0 (as ICU 72 has them), which are under the terms of
 * https://www.unicode.org/license.txt, © Unicode, Inc.
 *
 * ALLOWED: ranges, "start" or "start.length - 1". U+0020 and the general categories L, Mn, Mc, N, P and S, without
 * Default_Ignorable_Code_Point and without what shows as nothing: U+2800, U+FFFC, U+FFFD, U+16FE4, U+1D159.
 *
 * LOOK_ALIKES: "target:sources", a target's code points joined by dots. For each allowed character that is its own NFKD,
 * where that differs from its lower case: its UTS #39 skeleton (for small capitals, the letter) without accents, in lower
 * case, with i, 1 and | as l, 0 as o, m as rn, w as vv, d as cl; a letter of which only the other case has a look-alike
 * has that one. All of those whose target is ASCII; of the others, letters and digits of Latin, Greek, Cyrillic, Armenian,
 * Hebrew, Arabic, Thai, Kana and Han. The libraries there are carry some 100 KB, and follow no fixed version.
 */
const ALLOWED: string = [
	"w.2m,z.b,2.io,2.13,3.5,5.6,2,2.j,2.6c,3.4l,2.11,3.1d,3.2,2.1i,9.q,5.5,i.l,2.5b,2.1b,3.1m,3.2s,f.1m,3.1c,3.e,2.r,",
	"3,2.a,6.u,a.21,2.4g,2.7,3.1,3.l,2.6,2,4.3,3.8,3.1,3.3,9,5.1,2.4,3.o,3.2,2.5,5.1,3.l,2.6,2.1,2.1,2.1,3,2.4,5.1,",
	"3.2,4,8.3,2,8.g,b.2,2.8,2.2,2.l,2.6,2.1,2.4,3.9,2.2,2.2,3,g.3,3.b,8.6,2.2,2.7,3.1,3.l,2.6,2.1,2.4,3.8,3.1,3.2,",
	"8.2,5.1,2.4,3.h,b.1,2.5,4.2,2.3,4.1,2,2.1,4.1,4.2,4.b,5.4,4.2,2.3,3,7,f.k,6.c,2.2,2.m,2.f,3.8,2.2,2.3,8.1,2.2,3,",
	"3.3,3.9,8.l,2.2,2.m,2.9,2.4,3.8,2.2,2.3,8.1,7.1,2.3,3.9,2.2,d.c,2.2,2.1e,2.2,2.5,5.f,3.p,2.2,2.h,4.n,2.8,2,3.6,",
	"4,5.5,2,2.7,7.9,3.2,d.1l,5.s,12.1,2,2.4,2.n,2,2.m,3.4,2,2.6,2.9,3.3,x.1z,2.z,5.12,2.z,2.e,2.c,12.5h,2,6,3.3y,",
	"3.6f,2.3,3.6,2,2.3,3.14,2.3,3.w,2.3,3.6,2,2.3,3.e,2.1k,2.3,3.1u,3.v,4.p,7.2d,3.5,3.hr,2.r,4.2g,8.l,a.n,a.j,d.c,",
	"2.2,2.1,d.1f,3.13,3.9,7.9,7.a,6.9,7.2g,8.16,6.1x,b.u,2.b,5.b,5,4.15,3.4,c.17,5.p,7.a,4.1p,3.1s,2.s,3.a,7.9,7.d,",
	"3.d,2.f,1e.24,4.1a,2.37,9.1n,4.e,4.1n,8.16,3.a,9.16,6.et,3.5,3.11,3.5,3.7,2,2,2,2.u,3.1g,2.e,2.d,3.5,2.i,3.2,",
	"2.8,i.n,9.1a,i.1,3.q,2.c,4.w,g.c,5,4.b,g.3v,5.ie,q.a,m.pr,2.oi,3.v,2.9o,6.18,2,6,3.1j,8.1,f.n,a.6,2.6,2.6,2.6,",
	"2.6,2.6,2.6,2.6,2.3h,z.p,2.2g,d.5x,r.b,6.1q,2.2d,3.2u,6.16,2.1e,2.15,2.2b,d.1a,2.mlo,4.1i,a.9n,l.1b,4.3o,9.5m,",
	"6.1,2,2.4,p.1m,4.9,7.1j,9.1x,9.b,7.37,c.t,4.25,2.a,5.w,2.1i,a.d,3.9,3.2u,p.r,b.5,3.5,3.5,a.6,2.6,2.1n,5.3h,3.9,",
	"7.8mb,d.m,5.1c,6it.a5,3.2x,13.6,d.4,6.p,2.4,2,2.1,2.1,2.3g,h.cc,3.1h,8,x.f,h.9,7.1e,2.i,2.3,5.4,2.3q,5.4e,2.t,",
	"4.5,3.5,3.5,3.2,4.6,2.6,i.b,2.p,2.i,2.1,2.e,3.d,z.3e,6.2,5.18,4.2f,2.c,4,1c.19,3n.s,4.1c,g.r,5.z,a.t,6.16,6.t,",
	"2.10,5.d,17.4d,3.9,7.z,5.z,5.13,9.1f,c.b,2.e,2.6,2.1,2.a,2.e,2.6,2.1,1w.8m,a.l,b.7,p.5,2.15,2.8,1y.5,3,2.17,2.1,",
	"4,3.m,2.1z,9.8,1d.i,2.1,6.w,4.q,6,1t.1j,5.j,3.1d,2.1,6.7,2.2,2.s,3.2,5.9,8.8,8.1r,x.12,5.b,a.1h,4.s,3.q,6.p,8.3,",
	"d.6,29.20,1k.1e,e.1e,8.19,9.9,87.u,2.15,2.2,3.1,24.16,9.15,n.p,13.r,l.m,a.25,5.z,a.1p,2.4,e.o,8.9,7.1g,2.h,9.12,",
	"a.2n,2.j,c.h,2.1a,1r.6,2,2.3,2.e,2.a,7.1m,6.9,7.3,2.7,3.1,3.l,2.6,2.1,2.4,2.9,3.1,3.2,3,7,6.6,3.6,4.4,3w.2j,2.4,",
	"v.1z,9.9,4n.1h,3.11,z.1w,c.9,7.c,k.1l,7.9,1j.q,3.e,5.m,56.1n,2t.2a,d.7,3,3.7,2.1,2.t,2.1,3.b,a.9,1z.7,3.19,3.a,",
	"s.1z,9.2a,e.20,8.9,6v.8,2.18,2.d,b.s,4.v,3.l,2.d,22.6,2.1,2.17,4,2.1,2.8,9.9,7.5,2.1,2.10,2.1,2.5,8.9,8n.o,8.g,",
	"2.14,4.r,2f,g.1d,e.pm,2v.32,2.4,c.5f,219.2q,e.tr,h.l,33f.g6,6nu.fs,8.u,2.9,5.28,2.9,7.t,3.5,b.1x,b.9,2.6,2.k,",
	"6.i,j5.2i,2u.22,5.1k,8.g,1t.3,d.1,f.4qf,9.yd,17.8,6w8.3,2.6,2.1,2.82,g,u.2,3,f.3,9.az,1s5.2y,6.c,4.8,8.9,3.3,",
	"3mp.19,3.m,a.37,1p.6t,b.12,3.1b,2.o,9.33,m.1x,3f.j,d.j,d.2e,a.o,3s.2c,2.1y,2.1,3,3.1,3.3,2.b,2,2.6,2.1s,2.3,3.7,",
	"2.6,2.r,2.3,2.4,2,4.6,2.9f,3.83,3.jh,g.4,2.e,up.u,7.5,5y.6,2.g,3.6,2.1,2.4,6.1p,y,35.18,4.d,3.9,5.1,8x.u,i.1l,6,",
	"cx.15,kn.6,2.3,2.1,2.e,2.5g,3.f,16.23,5.9,5.1,lu.1v,25.1o,5f.3,2.q,2.1,2,3,2.9,2.3,2,2,7,5,2,2,2.2,2.1,2,3,2,2,",
	"2,2,2.1,2,3.3,2.6,2.3,2.3,2,2.9,2.g,6.2,2.4,2.g,1h.1,7j.17,5.2r,d.e,3.e,2.e,2.10,b.4t,1l.s,e.17,5.8,8.1,f.5,",
	"4b.rb,5.g,4.c,4.3a,5.2m,7.b,5,g.b,5.1j,9.9,7.13,9.t,3.1,27.9f,d.d,3.c,4.8,8.19,2.6,9.d,5.8,8.8,8.42,2.1i,12.9,",
	"sn.wyn,x.37d,7.65,3.4g1,f.5rk,2e8.f1,15v.3t6,6.38f",
].join("");

const LOOK_ALIKES: string = [
	"13.13:y ig 1g 8 l8 2 4in nd 1 2 350,33.1b.33:11 18l 548,33:1c 4o w 4n 5y 83 7 4 l 7 3 1 n 1 1v w 1g 1 39 1 30 ",
	"1c 2k 2u u 2h 3 k w a 5d bq 3k 3k 3k 1m 1y 3k s 2s s 2s s u 1y s 5q 3k 99 z 5b cx 6m 19 1p3 1p 28 2 139 7 5r ",
	"1te 1 42 g j j7 n3g gn 1 s2 1 1i q 19 h5j p 9l 14 46 14 18 33u rc d 2 h f 9 10l6 7ay,30:1d o w j 51 g 1 2c 1 3 ",
	"12 3h 17 1 1 1 2 1e 6y w 25 28 2y f 6p l a 20 1m 40 61 2cb 1l 5o ev 1bu 1 x3 9c 5 3p 1np 1c 1 1p 1 3i nma h 9g ",
	"1 9z qv 1l h5o 3j n 6z 14 6b 3ul f h f h1g i jk2 4gt,",
	"2r.30:1w w 30 w w 1 3c 2 1 5m 1 ix 1 2vz 1z 3s a7 c 1ej py q3r 1 1b1 1z,",
	"36.32:25 w ec 8b w 1q 1 x w 41 1 2y1 ft 6e 187 2q mu 2bt 16 1 nra 1bc h7t 2p 3xr df,",
	"3a.3a:2f w 85 5v dt 1 57 1 k 1c 2tu k d ez 1f6 p4 q4h hi 1 te k d krl g5 4 1 d3 9 10kz,",
	"13:2o gp 2 1 1 1 a 2 1 15 h2 3 3g q e9 1 2fp hu 1u4 1 2 n 3 qqe 1 13gl 1,",
	"2r:4i bd 1 dh w 2x 1 304 1pg 3l pp 2df 1 nqt 1cl h6b 2o 7n 14 67 3wt 9 16rg 15q,",
	"3d:4l 6n w 4a 1 k 18 78 i e 34 w 2z 1 1 1 2eu jm k 6g 1ky 6d aa 1 2p5 1 nr7 19q v k h7p 4c2 1k h0r 1o,",
	"2p.2t:5i w ry 1,3c:5z k0 w 2m w 31 1 39q 1o 6o 1 21 2ws qg 1 77 1 ho 1 4w nm6 js ps 2 h1d 6y 10 2r b ed 3wl,",
	"37.37:67 3rl 8 23q,",
	"2w:86 1 8v 1i 6z 38 i w u 1z 1 n 1 c 1 1 1 3a 1c 2tn 7 1c 8 aq 4iz 1 12 1 nrs bx 1 7p rl 7 h8d e6 14,",
	"33.2t:9e 1 83,",
	"38:9y 1 1y 1 40 22 7w w 2m w 2y 1 2yd 1r6 1 46 2i mx dy 59 vs wd 1s 1 nql 1b2 h7p q 2s 49z h1q qxq,",
	"2q:ao 2 1 1 1 5a g 1y 6x w 2n 1 q 6 q m 1 15 1 30i 11 8 3a 1 8s 20 1ah 7 qx5 kk 1 ru h5v v 2o,13.2q:ap,",
	"2r.13:av 1,13.2r.30:ay,2v:b1 2f 1 3f 1 1 iy 1 1w 1c 2tb 1f 8 1vs qqb k6 ro,",
	"2u:b5 1 ga 1 af 1c 374 1iy 8f f4 q3k gj 2w 1 po h8y u hs 3ul w 10lt,2v.13:b7,2z.13:bc,",
	"2z:bd e9 w 2o w 2o 1 3 1 30n kv 186 pu 2bg 1 16 1 nr6 h5 1 vp hnm,",
	"32:bh 1 3m 2a 1 1 89 q b5 4 18 4 2jo dq 1sy xl 49 1y0 1 nr9 l iah p1 14j6,13.34:bo,",
	"34:bp e4 w 2n w 336 3v 1pn h 2c 16f 1rj 1r 1 nqm 1cx h5v,",
	"36:bq 4m 1 1b 1 3 b7 w 2n 1 2z2 g x c5 1i7 24 2ya w 1 nry 19g 1 15 g x hle 14 l09 jj5,",
	"1e:br 1 j fh 1 3bq 1np r34 1 4q 2z 1,13.38:bw,",
	"39:c2 42 1x 2 8q aw 1c 2gz cs 3k 1qo 2q x8 49 ppt iy 1 q7 4 22 hma 14 3wi w h2i,13.3d:c3,",
	"3e:c5 1 32 1 2z 7a w 365 1un 2c qqu 1br h9e 4ac r 5 s,",
	"1f:c7 2t 1 1r 1i at w 2p 1 1z 1 2du 2bk 2d 344 1 o7x 1 1s mbj w h2p jij,1h:cc 1j3z w,",
	"37:cd 5h ar 28 6y 1c 2ty 5 1wa qr2 gf 44 rk 5 h64 ay 14 40p w h2x,30.30:ch tr 55y en 1850,x:cj 8lq,",
	"1k:f6 1 1jb 3k 49 1d07 19dd,2y:fr h 1 2c 6a 38 l 28 6l 1c 2t2 6a 1od qtr k9 qx,1r:g1 1 2a 1d5 20h t31 wj,",
	"2t:g6 1 9a w 2o w 3r 1 1 1 2y5 1uj tj cx 20q nnb 18i 22 h6y 4dc 8 w,",
	"2p:gh 8w w 2n w 322 ez 1ff 19y 4 1rn nsx 1ak h7q lgg,30.1f:ha,35:io hm 1 o 3 19 3 7vz o62,2r.30.3e:ir,",
	"2r.30.1f:is,38.37:iu,30.37:iy,30.3e:iz,1o:jm 3g6 hm 1vr 1f9 2caw,1q:jn 3g0 2dj 1f9 1sr4 jjs,2m:jo 2,",
	"1m:k0 14 i9 1m 8w 1 e7 ao 2g9 7r 6 1n5 d8 ptz i4,19:k7 sd 4zg 2 1 1c cv 12 126 ib 1 i8 1 9r,",
	"3a:ql 53 1 9v 3z 40 2jm 2e 1rl zs 49 22f nn2 e1 y2 gz2 p2 3jd be w h1k jk5 7az,2q.30:tn w,30.33:tq w 68q,",
	"1i:tt 33x 4x0 1 p2j ljr,36.13:wg 1,30.13:169,33.1b.33.33:16x 55z,33.1b.33.33.33:16y 55z,18:171 2m 52n q8v,",
	"1a:19c 40 h 1 v7a 7q jsy 13bx,16:19p 541 cp 18g8,2n:1kq,1l:1yl 3e 75 ed 671 1 o83 1 md9 a m a,33.13:3vo,",
	"1g:3wu tzk ljl w,1p:3y8 2ts 1 6 2 1 4 1lc r6 gw mzj,39.13:413,32.13:414,34.13:41y,2r.30.13:41z,2q.13:420,",
	"17:4j1 27b 135 i5 1 1 1 1 16r9,1b:4l1 1sc 3 cx nw gq ff 2 jy 1 oc 4b 79 5m4 24mz,39.2t:5t7,",
	"3i:6dv dl 8c 1du qc 1,30.38:6gm,2k:6qe 14n fc 4 1jv 5lu 24m1 18,33.33:6qm q62 1 51 1,1o.1o:6sq,1q.1q:6sr 1it,",
	"1o.1o.1o:6vs,1q.1q.1q:6vt,2k.2k:762 1pr,14:7s8 a 1pe 14iy,15:7s9 a 1pe 14iy,3f:7sk 2c2o,3h:7sl,17.1e:8br,",
	"1q.1o:8f9,1b.1b.1b:8hn,1b.1b:8hp,14.14:948,15.15:949,1a.1a:wl6,1a.18:wl7,19.1a:wla,38.1f:x0o 1,2p.2p:x0y 1,",
	"2p.33:x10 1,2p.39:x12 1,2p.3a:x14 1 1 1,2p.3d:x18 1,38.2u:x2v,12:x2w,39.33:xur,30.30.37:1evs,",
	"1j:1fiq 14 3ws 10lo,10:2q6n,2r.2r.9:2q99,35.2t:2rcw,2p.36:2rd3,37.37.37:2rfg,36.32.2q:2rfv,3a.2q:2rfw,",
	"d9:b3 5m hr 1,x3n:b4 5n bt 28 58 1 2j2o,72:cf 1k e8 1,d9.ke:gq,wk5:hz wmi 1my3,2r.30.i9:it,38.hv:iv,38.gl:iw,",
	"2u.97:ix,121:jj,8s6:og 1,jz:ol,5qm:om 1 4h w 2a 1 2j5s,gk:or 3m 4yb vn 1 r7f,x1b:ot 3m,61r:pg w ay 1c,",
	"i4:pn w 2o w 3u 1 bm 40 4dr 4,hk:py w 2m w 7j 1c,qo:tb w 4x5,jt.2q:tm w,5qx:tr w,qw:vk 1,3a.3a.w6.w7:vw 1,",
	"ty:wm 1,xj:y3 1,b9:zu 1,3ou:117 1c,3k6:11g 1c,3s3:11m,hc:12y,189:173,18p.1cr:17v k 1r 1r k,183.1cr:184,",
	"18p:18d d 10 24 i 2 4 3o 9w 3,170:19o,1b5:19r gc 1,30.19w:19u,30.191:19v,18p.179:1a1 1u,17x.190:1a9 6p,",
	"17x.1cr:1ad,17z.179:1ag,1ai.179:1aj,17z.1cr:1am,181.179:1ap,181:1aq 2l cq,181.1cr:1aw,185.1cr:1b2,187.1cr:1b3,",
	"1b5.1cr:1b8 4,18h:1bb,18j:1bd 1,18j.1cr:1bh 52,1bj.1cr:1bo,18k:1bp,18k.1cr:1br,17t:1c3,18o:1c6 1 2 dk,",
	"18o.19s:1c8,18o.1cr:1cb,1a3:1cg,17z:1da cg,19e:1de w65,19f:1df,19g:1dg,19i:1di,19l:1dl,17l:1dp,18l:1dq,",
	"17s.1cr:1g1,1bg:1gi,1g4:1gn 8y,18m.179:1go,18m:1gp,181.190:1gs,1av.179:1gx,183:1ha,17s.190:1pd,1b6.1cr:1pg,",
	"18l.1cr:1pj,18p.190:1pk,185:1pr,1bj:1ps,182:1pu,17s.1cy:1py,18p.1cr.1cy:1pz,2rm:2rn,2ru:2rv,2ry:2rz,2ro:2s4 1,",
	"2s1:2s7,2rq:2sh,2sg:2sm,2tc.2tc:2td,2sy:2th,d9.33:5qs s31 1,hq:5tf,i2:5tr,gb:5u8,fh7:96q,fh6:96r,fjv:96t f3,",
	"g76:96x,aim:96z,g1s:972,i77:973,i76:974,ik3:976,inu:977,itt:978,ix0:97a,b96:97b,jf0:97c,jzp:97d,k4h:97f,l8a:97i,",
	"lch:97k,ldh:97l,ldm:97m,m7g:97n,mjv:97o,ffw:97q,mnh:97s,p5e:97v 7,ny3:97x,oop:97z,p5f:981,paa:989,pds:98a,",
	"prt:98e 1 1,qj2:98h,qxw:98i,r5s:98j,r5r:98k,r7l:98l,rkw:98o,rvh:98p,sbq:98r,sdy:98s 1,tnh:98v 7,tc5:98w,tiv:98x,",
	"tiw:98y,tj3:98z,tm0:990,tw2:994,u06:995,u45:996,u6m:997,u72:998,u73:999,u74:99b,uar:99c,ui4:99e,unw:99g,uws:99h,",
	"vc6:99k,vd0:99l,k21:99n,vgw:99o,l7z:99p,vi7:99q,o9o:99r,vix:99s,fi8:99u,7sc:9jj 2pw9,ijp:9m0,gbf:9m3,hlh:9mn,",
	"ggs:9mw,fik:9mz,g2z:9n3,9ko:9nc,gkj:9nx 7hm,app:beb,ako:dcr,bp7:dgg,9oc:feo hrr,fp1:fsy,ftw:fuk,gur:gv3,hgh:hgr,",
	"h7j:hkb,hij:hkv,hwv:hz4,ild:ilu,bp6:imo,jee:jeg,bi9:jrd,cov:k83,k7u:k89,bmi:kc6,dhf:kdi,kfi:kjj,bs3:kx5,kv1:kyv,",
	"lu0:lzt,npw:nrj,or9:os6,kcs:peu,kcw:pfu,kcv:pg0,bp1:ph2,kcz:phd,kd4:pif,ph8:pj5,kdf:plz,q6l:qbj,qif:qip,dyu:ra6,",
	"ram:rct,rk6:rkf,rq4:rqb,ry7:rye,s11:s1m,s5z:s63,s8v:s9z,slq:sm6,t65:t66,trr:trs,v9e:v9f,vdd:vde,cop:vk3,",
	"qx:wuk 1 a1 1,jt.2q.30:wuo 1,ig:wvc 1,jr:wvy,1f3c:wwq 1,53:x3j,x0n:x3p,1fei:x3u 1,ii:x3w 1,hv:xu5,ux:xuo,",
	"gk.2t:xuq,8vc:1ew0,zj:2k1u,1f3w:2k2c,wl2:2k2d m,gg:2k2f,6kk:2k2j,x6j:2k34,6tr:2k3c,6ts:2k3d,4i3:2k3j",
].join("");

const allowedRanges: readonly Range[] = decodeRanges(ALLOWED);
const lookAlikes: ReadonlyMap<string, string> = decodeLookAlikes(LOOK_ALIKES);

function decodeRanges(text: string): Range[] {
	let last = 0;
	return text.split(",").map((range) => {
		const [step = "", more = "0"] = range.split(".");
		const first = last + Number.parseInt(step, 36);
		last = first + Number.parseInt(more, 36);
		return { first, last };
	});
}

function decodeLookAlikes(text: string): Map<string, string> {
	const map = new Map<string, string>();
	for (const group of text.split(",")) {
		const [target = "", sources = ""] = group.split(":");
		const shown = String.fromCodePoint(...target.split(".").map((digits) => Number.parseInt(digits, 36)));
		let source = 0;
		for (const step of sources.split(" ")) {
			source += Number.parseInt(step, 36);
			map.set(String.fromCodePoint(source), shown);
		}
	}
	return map;
}

/** Binary search. */
function isAllowed(codePoint: number): boolean {
	let [low, high] = [0, allowedRanges.length - 1];
	while (low <= high) {
		const middle = (low + high) >> 1;
		const range = allowedRanges[middle];
		if (range === undefined || codePoint < range.first) high = middle - 1;
		else if (codePoint > range.last) low = middle + 1;
		else return true;
	}
	return false;
}
