using SessionService.Domain.Errors;

namespace SessionService.Domain.Sessions;

/// <summary>The rules of branches, by the sentence that a client reads when one is broken.</summary>
public static class BranchErrors
{
    public static NotFoundException NotFound() => new("branch_not_found", "The session has no such branch.");

    public static InvalidFieldException NotOnPath(string field) => new(field, "must be the number of a message in the current branch");

    public static ConflictException TooMany(int max) => new("too_many_branches", $"A session has at most {max} branches.");

    public static ConflictException TooManyRanges(int max) =>
        new("too_many_branches", $"The messages of a branch are in at most {max} ranges of numbers.");
}
