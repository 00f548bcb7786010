using System.Globalization;
using System.Text;
using System.Text.Json;
using FluentValidation;
using SessionService.Application.Branches;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Application.Validation;

namespace SessionService.Application.Exports;

/// <summary>A branch of a session in an export or import. It comes after the session's messages.</summary>
public sealed record BranchLine
{
    public string Type { get; init; } = ExportForm.Branch;

    public int? BranchId { get; init; }

    public Guid? SessionId { get; init; }

    /// <summary>For readers of the file. An import ignores it.</summary>
    public string? UserId { get; init; }

    public string? Name { get; init; }

    public long? FromSequence { get; init; }

    /// <summary>The numbers of its messages: <c>[[first, last], …]</c>.</summary>
    public JsonText? Path { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>For readers of the file. An import takes the session's <c>current_branch</c>.</summary>
    public bool? IsCurrent { get; init; }

    /// <summary>A path as it stands in a line.</summary>
    public static JsonText Text(MessagePath path)
    {
        var text = new StringBuilder("[");
        foreach (var range in path.Ranges)
        {
            text.Append(text.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture, $"[{range.First},{range.Last}]");
        }

        return new JsonText(text.Append(']').ToString());
    }

    /// <summary>The path of a line; <see langword="null"/> where it is none.</summary>
    public static MessagePath? Read(JsonText? path)
    {
        if (path is not { IsArray: true })
        {
            return null;
        }

        using var json = JsonDocument.Parse(path.Value);
        var ranges = new List<NumberRange>();
        foreach (var pair in json.RootElement.EnumerateArray())
        {
            if (ranges.Count == MessagePath.MaxRanges
                || pair.ValueKind != JsonValueKind.Array
                || pair.GetArrayLength() != 2
                || !TryRead(pair[0], out var first)
                || !TryRead(pair[1], out var last)
                || first > last
                || first <= (ranges.Count == 0 ? 0 : ranges[^1].Last + 1))
            {
                return null;
            }

            ranges.Add(new NumberRange(first, last));
        }

        return new MessagePath(ranges);
    }

    // No session has as many messages, and numbers can be added without care.
    private static bool TryRead(JsonElement json, out long number)
    {
        number = 0;
        return json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out number) && number <= long.MaxValue / 2;
    }
}

internal sealed class BranchLineValidator : AbstractValidator<BranchLine>
{
    private static readonly string PathRule =
        $"must be an array of at most {MessagePath.MaxRanges} ranges [first, last], in ascending order and with gaps between them";

    public BranchLineValidator(TimeProvider time)
    {
        RuleFor(l => l.SessionId).Required();
        RuleFor(l => l.BranchId)
            .Required()
            .InclusiveBetween(1, IBranchStore.MaxBranches).WithMessage($"must be between 1 and {IBranchStore.MaxBranches}");
        RuleFor(l => l.Name).NotBlank().Characters(RenameBranchRequest.MaxNameLength);
        RuleFor(l => l.Path).Required().Must(path => path is null || BranchLine.Read(path) is not null).WithMessage(PathRule);
        RuleFor(l => l.FromSequence).ExpectedSequence();
        RuleFor(l => l.CreatedAt).InRange().NotInFuture(time);
    }
}
