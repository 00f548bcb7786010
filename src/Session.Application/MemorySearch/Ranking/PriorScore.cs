namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>
/// What speaks for a passage beside its words and its meaning: who says it, and whether it has what the question asks for. It is no filter:
/// a passage with the words of the question is found whoever says it.
/// </summary>
internal readonly ref struct PriorScore(
    PassageField field, QuestionTraits question, RankingWeights weights, ReadOnlySpan<byte> named, int naming)
{
    private readonly ReadOnlySpan<PassageKinds> _kinds = field.Kinds.Span;
    private readonly ReadOnlySpan<MessageTraits> _traits = field.Traits.Span;
    private readonly ReadOnlySpan<byte> _named = named;

    public double Of(int passage)
    {
        var traits = _traits[passage];
        if (!_kinds[passage].HasFlag(PassageKinds.InChat))
        {
            // A question that names two speakers prefers neither: no message has both their names.
            var isOfNamed = naming > 0 && _named[passage] == naming;
            return (isOfNamed ? weights.Speaker : 0) + OfAskedFor(traits) - (weights.Asking * traits.QuestionShare);
        }

        if (!_kinds[passage].HasFlag(PassageKinds.OfUser))
        {
            return 0;
        }

        return weights.User
            + OfAskedFor(traits)
            + (question.IsRequest && traits.StatesInstruction ? weights.Instruction : 0)
            + (question.IsRequest && traits.StatesPreference ? weights.Preference : 0);
    }

    private double OfAskedFor(MessageTraits traits) =>
        (question.AsksWhen && traits.HasTime ? weights.Time : 0) + (question.AsksHowMany && traits.HasNumber ? weights.Number : 0);
}
