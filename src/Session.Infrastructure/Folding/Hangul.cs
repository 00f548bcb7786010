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

    // The character before the first tail.
    private const char BeforeTails = '\u11A7';
    private const char LastTail = '\u11C2';

    private const int Vowels = LastVowel - FirstVowel + 1;
    private const int Tails = LastTail - BeforeTails + 1;

    public static bool TryCompose(char last, char next, out char composed)
    {
        composed = default;
        if (last is >= FirstLead and <= LastLead && next is >= FirstVowel and <= LastVowel)
        {
            composed = (char)(FirstSyllable + ((((last - FirstLead) * Vowels) + (next - FirstVowel)) * Tails));
        }
        else if (last is >= FirstSyllable and <= LastSyllable
            && (last - FirstSyllable) % Tails == 0
            && next is > BeforeTails and <= LastTail)
        {
            composed = (char)(last + (next - BeforeTails));
        }

        return composed != default;
    }
}
