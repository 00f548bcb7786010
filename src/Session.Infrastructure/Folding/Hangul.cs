namespace SessionService.Infrastructure.Folding;

/// <summary>Composes the syllables of Hangul from their parts, as Unicode does (chapter 3.12).</summary>
internal static class Hangul
{
    private const char FirstSyllable = '\uAC00';
    private const char LastSyllable = '\uD7A3';
    private const char FirstLead = '\u1100';
    private const char LastLead = '\u1112';
    private const char FirstVowel = '\u1161';
    private const char LastVowel = '\u1175';

    // The tails begin behind it.
    private const char BeforeTails = '\u11A7';
    private const char LastTail = '\u11C2';

    private const int Vowels = LastVowel - FirstVowel + 1;
    private const int Tails = LastTail - BeforeTails + 1;

    public static bool TryCompose(char last, char next, out char composed)
    {
        composed = (last, next) switch
        {
            (>= FirstLead and <= LastLead, >= FirstVowel and <= LastVowel) =>
                (char)(FirstSyllable + ((((last - FirstLead) * Vowels) + (next - FirstVowel)) * Tails)),
            (>= FirstSyllable and <= LastSyllable, > BeforeTails and <= LastTail) when (last - FirstSyllable) % Tails == 0 =>
                (char)(last + (next - BeforeTails)),
            _ => default,
        };
        return composed != default;
    }
}
