using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// Unicode's compatibility form (NFKC) as far as it matters to words of ASCII letters and digits. <see cref="string.Normalize()"/> leaves text as it is
/// where the process is without ICU, as this one is.
/// </summary>
internal static class CompatibilityForms
{
    private const int LettersOfAlphabet = 26;

    // What does not follow from its place in a block: Unicode 14.
    private static readonly FrozenDictionary<Rune, string> Others =
        """
        ª=a ²=2 ³=3 ¹=1 º=o ¼=1⁄4 ½=1⁄2 ¾=3⁄4 Ĳ=IJ ĳ=ij Ŀ=L· ŀ=l· ŉ=ʼn ſ=s Ǆ=DŽ ǅ=Dž ǆ=dž Ǉ=LJ ǈ=Lj ǉ=lj Ǌ=NJ ǋ=Nj ǌ=nj Ǳ=DZ ǲ=Dz ǳ=dz ʰ=h
        ʲ=j ʳ=r ʷ=w ʸ=y ˡ=l ˢ=s ˣ=x ᴬ=A ᴮ=B ᴰ=D ᴱ=E ᴳ=G ᴴ=H ᴵ=I ᴶ=J ᴷ=K ᴸ=L ᴹ=M ᴺ=N ᴼ=O ᴾ=P ᴿ=R ᵀ=T ᵁ=U ᵂ=W ᵃ=a ᵇ=b ᵈ=d ᵉ=e ᵍ=g ᵏ=k ᵐ=m
        ᵒ=o ᵖ=p ᵗ=t ᵘ=u ᵛ=v ᵢ=i ᵣ=r ᵤ=u ᵥ=v ᶜ=c ᶠ=f ᶻ=z ẚ=aʾ ⁰=0 ⁱ=i ⁴=4 ⁵=5 ⁶=6 ⁷=7 ⁸=8 ⁹=9 ⁿ=n ₀=0 ₁=1 ₂=2 ₃=3 ₄=4 ₅=5 ₆=6 ₇=7 ₈=8 ₉=9
        ₐ=a ₑ=e ₒ=o ₓ=x ₕ=h ₖ=k ₗ=l ₘ=m ₙ=n ₚ=p ₛ=s ₜ=t ₨=Rs ℀=a/c ℁=a/s ℂ=C ℃=°C ℅=c/o ℆=c/u ℉=°F ℊ=g ℋ=H ℌ=H ℍ=H ℎ=h ℐ=I ℑ=I ℒ=L ℓ=l ℕ=N
        №=No ℙ=P ℚ=Q ℛ=R ℜ=R ℝ=R ℠=SM ℡=TEL ™=TM ℤ=Z ℨ=Z K=K ℬ=B ℭ=C ℯ=e ℰ=E ℱ=F ℳ=M ℴ=o ℹ=i ℻=FAX ⅅ=D ⅆ=d ⅇ=e ⅈ=i ⅉ=j ⅐=1⁄7 ⅑=1⁄9 ⅒=1⁄10
        ⅓=1⁄3 ⅔=2⁄3 ⅕=1⁄5 ⅖=2⁄5 ⅗=3⁄5 ⅘=4⁄5 ⅙=1⁄6 ⅚=5⁄6 ⅛=1⁄8 ⅜=3⁄8 ⅝=5⁄8 ⅞=7⁄8 ⅟=1⁄ Ⅰ=I Ⅱ=II Ⅲ=III Ⅳ=IV Ⅴ=V Ⅵ=VI Ⅶ=VII Ⅷ=VIII Ⅸ=IX Ⅹ=X
        Ⅺ=XI Ⅻ=XII Ⅼ=L Ⅽ=C Ⅾ=D Ⅿ=M ⅰ=i ⅱ=ii ⅲ=iii ⅳ=iv ⅴ=v ⅵ=vi ⅶ=vii ⅷ=viii ⅸ=ix ⅹ=x ⅺ=xi ⅻ=xii ⅼ=l ⅽ=c ⅾ=d ⅿ=m ↉=0⁄3 ①=1 ②=2 ③=3 ④=4 ⑤=5
        ⑥=6 ⑦=7 ⑧=8 ⑨=9 ⑩=10 ⑪=11 ⑫=12 ⑬=13 ⑭=14 ⑮=15 ⑯=16 ⑰=17 ⑱=18 ⑲=19 ⑳=20 ⑴=(1) ⑵=(2) ⑶=(3) ⑷=(4) ⑸=(5) ⑹=(6) ⑺=(7) ⑻=(8) ⑼=(9)
        ⑽=(10) ⑾=(11) ⑿=(12) ⒀=(13) ⒁=(14) ⒂=(15) ⒃=(16) ⒄=(17) ⒅=(18) ⒆=(19) ⒇=(20) ⒈=1. ⒉=2. ⒊=3. ⒋=4. ⒌=5. ⒍=6. ⒎=7. ⒏=8. ⒐=9. ⒑=10.
        ⒒=11. ⒓=12. ⒔=13. ⒕=14. ⒖=15. ⒗=16. ⒘=17. ⒙=18. ⒚=19. ⒛=20. ⒜=(a) ⒝=(b) ⒞=(c) ⒟=(d) ⒠=(e) ⒡=(f) ⒢=(g) ⒣=(h) ⒤=(i) ⒥=(j) ⒦=(k)
        ⒧=(l) ⒨=(m) ⒩=(n) ⒪=(o) ⒫=(p) ⒬=(q) ⒭=(r) ⒮=(s) ⒯=(t) ⒰=(u) ⒱=(v) ⒲=(w) ⒳=(x) ⒴=(y) ⒵=(z) ⓪=0 ⱼ=j ⱽ=V ㉐=PTE ㉑=21 ㉒=22 ㉓=23 ㉔=24
        ㉕=25 ㉖=26 ㉗=27 ㉘=28 ㉙=29 ㉚=30 ㉛=31 ㉜=32 ㉝=33 ㉞=34 ㉟=35 ㊱=36 ㊲=37 ㊳=38 ㊴=39 ㊵=40 ㊶=41 ㊷=42 ㊸=43 ㊹=44 ㊺=45 ㊻=46 ㊼=47 ㊽=48 ㊾=49 ㊿=50
        ㋀=1月 ㋁=2月 ㋂=3月 ㋃=4月 ㋄=5月 ㋅=6月 ㋆=7月 ㋇=8月 ㋈=9月 ㋉=10月 ㋊=11月 ㋋=12月 ㋌=Hg ㋍=erg ㋎=eV ㋏=LTD ㍘=0点 ㍙=1点 ㍚=2点 ㍛=3点 ㍜=4点 ㍝=5点 ㍞=6点 ㍟=7点 ㍠=8点
        ㍡=9点 ㍢=10点 ㍣=11点 ㍤=12点 ㍥=13点 ㍦=14点 ㍧=15点 ㍨=16点 ㍩=17点 ㍪=18点 ㍫=19点 ㍬=20点 ㍭=21点 ㍮=22点 ㍯=23点 ㍰=24点 ㍱=hPa ㍲=da ㍳=AU ㍴=bar ㍵=oV ㍶=pc
        ㍷=dm ㍸=dm2 ㍹=dm3 ㍺=IU ㎀=pA ㎁=nA ㎂=μA ㎃=mA ㎄=kA ㎅=KB ㎆=MB ㎇=GB ㎈=cal ㎉=kcal ㎊=pF ㎋=nF ㎌=μF ㎍=μg ㎎=mg ㎏=kg ㎐=Hz ㎑=kHz ㎒=MHz ㎓=GHz
        ㎔=THz ㎕=μl ㎖=ml ㎗=dl ㎘=kl ㎙=fm ㎚=nm ㎛=μm ㎜=mm ㎝=cm ㎞=km ㎟=mm2 ㎠=cm2 ㎡=m2 ㎢=km2 ㎣=mm3 ㎤=cm3 ㎥=m3 ㎦=km3 ㎧=m∕s ㎨=m∕s2 ㎩=Pa ㎪=kPa
        ㎫=MPa ㎬=GPa ㎭=rad ㎮=rad∕s ㎯=rad∕s2 ㎰=ps ㎱=ns ㎲=μs ㎳=ms ㎴=pV ㎵=nV ㎶=μV ㎷=mV ㎸=kV ㎹=MV ㎺=pW ㎻=nW ㎼=μW ㎽=mW ㎾=kW ㎿=MW ㏀=kΩ ㏁=MΩ
        ㏂=a.m. ㏃=Bq ㏄=cc ㏅=cd ㏆=C∕kg ㏇=Co. ㏈=dB ㏉=Gy ㏊=ha ㏋=HP ㏌=in ㏍=KK ㏎=KM ㏏=kt ㏐=lm ㏑=ln ㏒=log ㏓=lx ㏔=mb ㏕=mil ㏖=mol ㏗=PH ㏘=p.m. ㏙=PPM
        ㏚=PR ㏛=sr ㏜=Sv ㏝=Wb ㏞=V∕m ㏟=A∕m ㏠=1日 ㏡=2日 ㏢=3日 ㏣=4日 ㏤=5日 ㏥=6日 ㏦=7日 ㏧=8日 ㏨=9日 ㏩=10日 ㏪=11日 ㏫=12日 ㏬=13日 ㏭=14日 ㏮=15日 ㏯=16日 ㏰=17日 ㏱=18日
        ㏲=19日 ㏳=20日 ㏴=21日 ㏵=22日 ㏶=23日 ㏷=24日 ㏸=25日 ㏹=26日 ㏺=27日 ㏻=28日 ㏼=29日 ㏽=30日 ㏾=31日 ㏿=gal ꟲ=C ꟳ=F ꟴ=Q ﬀ=ff ﬁ=fi ﬂ=fl ﬃ=ffi ﬄ=ffl ﬅ=st
        ﬆ=st 𐞥=q 🄀=0. 🄁=0, 🄂=1, 🄃=2, 🄄=3, 🄅=4, 🄆=5, 🄇=6, 🄈=7, 🄉=8, 🄊=9, 🄐=(A) 🄑=(B) 🄒=(C) 🄓=(D) 🄔=(E) 🄕=(F) 🄖=(G) 🄗=(H) 🄘=(I) 🄙=(J) 🄚=(K)
        🄛=(L) 🄜=(M) 🄝=(N) 🄞=(O) 🄟=(P) 🄠=(Q) 🄡=(R) 🄢=(S) 🄣=(T) 🄤=(U) 🄥=(V) 🄦=(W) 🄧=(X) 🄨=(Y) 🄩=(Z) 🄪=〔S〕 🄫=C 🄬=R 🄭=CD 🄮=WZ 🅊=HV 🅋=MV 🅌=SD
        🅍=SS 🅎=PPV 🅏=WC 🅪=MC 🅫=MD 🅬=MR 🆐=DJ
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .ToFrozenDictionary(pair => Rune.GetRuneAt(pair, 0), pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);

    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                folded.Append((char)rune.Value);
            }
            else if (IsMark(rune) && folded.Length > 0 && char.IsAsciiLetter(folded[^1]))
            {
                // Composed, the two are one letter that is not of ASCII.
                folded[^1] = (char)Rune.ReplacementChar.Value;
            }
            else if (OfBlock(rune.Value) is { } character)
            {
                folded.Append(character);
            }
            else if (Others.TryGetValue(rune, out var others))
            {
                folded.Append(others);
            }
            else
            {
                folded.Append(rune.ToString());
            }
        }

        return folded.ToString();
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark;

    // Full-width forms, letters and digits of mathematics, in circles and squares, and of seven segments.
    private static char? OfBlock(int value) => value switch
    {
        >= 0xFF01 and <= 0xFF5E => (char)(value - 0xFF01 + '!'),
        >= 0x1D400 and <= 0x1D6A3 => Letter(value - 0x1D400),
        >= 0x1D7CE and <= 0x1D7FF => (char)('0' + ((value - 0x1D7CE) % 10)),
        >= 0x24B6 and <= 0x24E9 => Letter(value - 0x24B6),
        >= 0x1F130 and <= 0x1F149 => Letter(value - 0x1F130),
        >= 0x1FBF0 and <= 0x1FBF9 => (char)('0' + value - 0x1FBF0),
        _ => null,
    };

    private static char Letter(int place) =>
        (char)((place / LettersOfAlphabet % 2 == 0 ? 'A' : 'a') + (place % LettersOfAlphabet));
}
