using System.Globalization;
using FluentValidation;

namespace SessionService.Application.Branches;

/// <summary>Which messages of a session a request asks for.</summary>
/// <param name="BranchId">A branch; <see langword="null"/> for the current one, or for all.</param>
/// <param name="IsAll">Whether the messages of all branches are asked for.</param>
public readonly record struct BranchChoice(int? BranchId, bool IsAll)
{
    public const string All = "all";

    /// <summary>What a query parameter may be, as a regular expression.</summary>
    public const string Pattern = "^(all|[1-9][0-9]{0,8})$";

    /// <summary>The choice that a valid query parameter makes.</summary>
    public static BranchChoice Parse(string? text) => text switch
    {
        null => default,
        All => new BranchChoice(BranchId: null, IsAll: true),
        _ => new BranchChoice(int.Parse(text, CultureInfo.InvariantCulture), IsAll: false),
    };
}

internal static class BranchChoiceRules
{
    public static IRuleBuilderOptions<T, string?> BranchChoice<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Matches(Branches.BranchChoice.Pattern).WithMessage("must be a branch_id or all");

    /// <summary>Each session has branches of its own.</summary>
    public static IRuleBuilderOptions<T, string?> OfOneSession<T>(this IRuleBuilder<T, string?> rule, Func<T, Guid?> sessionId) =>
        rule.Must((request, branch) => branch is null or Branches.BranchChoice.All || sessionId(request) is not null)
            .WithMessage("must be all, unless session_id is given");
}
