using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Paging;
using SessionService.Domain.Webhooks;

namespace SessionService.Application.Webhooks;

/// <summary>Which deliveries of a webhook to list.</summary>
public sealed class ListDeliveriesQuery : IPageQuery
{
    public const int DefaultPageSize = 50;
    public const int MaxPageSize = 100;

    /// <summary>Only those under way, delivered, or given up.</summary>
    [AllowedValues(WebhookDelivery.Pending, WebhookDelivery.Delivered, WebhookDelivery.Dead, null)]
    public string? Status { get; init; }

    /// <summary>The number of the page, from 1. Default 1.</summary>
    [DefaultValue(1)]
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>Deliveries a page, 1 to 100. Default 50.</summary>
    [DefaultValue(DefaultPageSize)]
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }
}

internal sealed class ListDeliveriesQueryValidator : AbstractValidator<ListDeliveriesQuery>
{
    public ListDeliveriesQueryValidator()
    {
        this.AddPageRules(ListDeliveriesQuery.MaxPageSize);
        RuleFor(q => q.Status)
            .Must(status => status is null or WebhookDelivery.Pending or WebhookDelivery.Delivered or WebhookDelivery.Dead)
            .WithMessage($"must be {WebhookDelivery.Pending}, {WebhookDelivery.Delivered} or {WebhookDelivery.Dead}");
    }
}
