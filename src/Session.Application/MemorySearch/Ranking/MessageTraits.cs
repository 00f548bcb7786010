using System.Text.RegularExpressions;

namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>
/// What ranking knows of a message beside its words, in one byte, which the index keeps. The words are English. A message that was indexed
/// before the index kept them has none of these traits.
/// </summary>
public readonly partial record struct MessageTraits(byte Bits)
{
    /// <summary>Counts the changes of this file that messages must be indexed again for.</summary>
    public const int Version = 1;

    private const byte TimeBit = 1;
    private const byte NumberBit = 2;
    private const byte InstructionBit = 4;
    private const byte PreferenceBit = 8;
    private const byte NameBit = 16;

    // Milliseconds. The patterns take far less; a processor may be busy.
    private const int Patience = 10_000;

    private const string PreferenceType = "preference";

    // The upper three bits hold the share of sentences that are questions, in sevenths.
    private const int ShareShift = 5;
    private const int WholeShare = 7;

    // The beginning of a longer text says enough.
    private const int MaxCharacters = 16_384;

    /// <summary>Whether it has a word of time: a month, a year, "yesterday", "two weeks".</summary>
    public bool HasTime => (Bits & TimeBit) != 0;

    /// <summary>Whether it has a number, in digits or as a word.</summary>
    public bool HasNumber => (Bits & NumberBit) != 0;

    /// <summary>Whether a sentence of it begins with "always", "never", "from now on" or "whenever", or it says "when I ask".</summary>
    public bool StatesInstruction => (Bits & InstructionBit) != 0;

    /// <summary>Whether it says "I prefer", "I'd rather", "I love", "I hate" or "I'm trying to keep".</summary>
    public bool StatesPreference => (Bits & PreferenceBit) != 0;

    /// <summary>Whether it carries a speaker's name.</summary>
    public bool HasName => (Bits & NameBit) != 0;

    /// <summary>The share of its sentences that are questions, from 0 to 1.</summary>
    public double QuestionShare => (double)(Bits >> ShareShift) / WholeShare;

    /// <summary>Of a message's text.</summary>
    public static MessageTraits Of(string text)
    {
        var read = text.AsSpan(0, Math.Min(text.Length, MaxCharacters));
        var bits = (TimeWord.IsMatch(read) ? TimeBit : 0)
            | (Number.IsMatch(read) ? NumberBit : 0)
            | (Instruction.IsMatch(read) ? InstructionBit : 0)
            | (Preference.IsMatch(read) ? PreferenceBit : 0)
            | ((int)Math.Round(ShareOfQuestions(read) * WholeShare) << ShareShift);
        return new MessageTraits((byte)bits);
    }

    /// <summary>Of the same text, said by somebody with a name.</summary>
    public MessageTraits WithName() => new((byte)(Bits | NameBit));

    /// <summary>Of a memory, whose type may be that of a preference.</summary>
    public static MessageTraits OfMemory(string type) => new(type == PreferenceType ? PreferenceBit : (byte)0);

    [GeneratedRegex(
        """
        \b(?:
            January | February | (?-i:March|May) | April | June | July | August | September | October | November | December
            | Monday | Tuesday | Wednesday | Thursday | Friday | Saturday | Sunday
            | yesterday | today | tonight | tomorrow | weekends? | ago | recently
            | (?:last|next|this|past|previous|coming)\s(?:night|morning|evening|spring|summer|fall|autumn|winter)
            | seconds? | minutes? | hours? | days? | weeks? | months? | years? | decades? | o['’]clock
            | (?:19|20)[0-9]{2} | [0-9]{1,2}(?::[0-9]{2})?\s?[ap]m | [0-9]{1,2}[:/][0-9]{2}
        )\b
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace,
        Patience)]
    private static partial Regex TimeWord { get; }

    [GeneratedRegex(
        """
        [0-9] | \b(?:
            two | three | four | five | six | seven | eight | nine | ten | eleven | twelve | thirteen | fourteen | fifteen | sixteen
            | seventeen | eighteen | nineteen | twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety | hundreds? | thousands?
            | millions? | dozens? | couple | once | twice
        )\b
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace,
        Patience)]
    private static partial Regex Number { get; }

    [GeneratedRegex(
        @"(?:^|[.!?\n])[ \t]*(?:always|never|from now on|whenever)\b|\bwhen I ask\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        Patience)]
    private static partial Regex Instruction { get; }

    [GeneratedRegex(
        """
        \bI\s(?:(?:really|usually|generally|also|just)\s)?(?:prefer|love|hate)\b
        | \bI(?:['’]d|\swould)\s(?:rather|prefer)\b
        | \bI(?:['’]m|\sam)\strying\sto\skeep\b
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace,
        Patience)]
    private static partial Regex Preference { get; }

    // A full stop ends a sentence only before a space: "3.5" and "main.cs" go on.
    private static double ShareOfQuestions(ReadOnlySpan<char> text)
    {
        var (sentences, questions, hasWord) = (0, 0, false);
        for (var i = 0; i <= text.Length; i++)
        {
            var end = i == text.Length ? '\n' : text[i];
            var isEnd = end switch
            {
                '.' => i + 1 == text.Length || char.IsWhiteSpace(text[i + 1]),
                '!' or '?' or '\n' or '。' or '！' or '？' or '؟' => true,
                _ => false,
            };
            if (isEnd && hasWord)
            {
                sentences++;
                questions += end is '?' or '？' or '؟' ? 1 : 0;
                hasWord = false;
            }

            hasWord |= char.IsLetterOrDigit(end);
        }

        return sentences == 0 ? 0 : (double)questions / sentences;
    }
}
