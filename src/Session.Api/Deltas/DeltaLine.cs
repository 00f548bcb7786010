using System.Buffers;
using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Api.Json;
using SessionService.Application.Deltas;

namespace SessionService.Api.Deltas;

/// <summary>Reads the lines of a long body of deltas.</summary>
internal sealed class DeltaLine(IValidator<AddDeltaRequest> validator)
{
    private readonly JsonObjectInputFormatter _json = new(ServiceJson.NewOptions());

    /// <summary>Takes the next line out of a buffer; the last one may have no end.</summary>
    public static bool TryTake(ref ReadOnlySequence<byte> buffer, bool isLast, out byte[] line)
    {
        var end = buffer.PositionOf((byte)'\n');
        if (end is { } position)
        {
            line = buffer.Slice(0, position).ToArray();
            buffer = buffer.Slice(buffer.GetPosition(1, position));
            return true;
        }

        line = isLast ? buffer.ToArray() : [];
        buffer = isLast ? buffer.Slice(buffer.End) : buffer;
        return line.Length > 0;
    }

    public static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(" \t\r"u8).IsEmpty;

    /// <summary>Reads a delta. Where it is not valid, the errors say why, by the number of the line.</summary>
    /// <exception cref="InvalidJsonException">The line is no JSON.</exception>
    public AddDeltaRequest? Read(byte[] line, int number, Dictionary<string, string[]> errors)
    {
        var state = new ModelStateDictionary();
        using var document = JsonObjectParser.Parse(line, state);
        var request = document is null ? null : (AddDeltaRequest)_json.Read(document.RootElement, typeof(AddDeltaRequest), state);
        if (request is not null)
        {
            foreach (var failure in validator.Validate(request).Errors)
            {
                var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.PropertyName);
                if (state.GetValueOrDefault(name) is not { Errors.Count: > 0 })
                {
                    state.AddModelError(name, failure.ErrorMessage);
                }
            }
        }

        foreach (var (field, entry) in state.Where(entry => entry.Value is { Errors.Count: > 0 }))
        {
            var place = field.Length == 0 ? $"lines[{number}]" : $"lines[{number}].{field}";
            errors[place] = [.. entry!.Errors.Select(error => error.ErrorMessage).Distinct(StringComparer.Ordinal)];
        }

        return errors.Count == 0 ? request : null;
    }
}
